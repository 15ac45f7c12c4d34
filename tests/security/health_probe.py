"""Asks ``/healthz`` again and again, in a process of its own: ``python FILE PORT PID THREADS``.

When its input ends it prints the most processor time, in milliseconds, that the process PID has
spent while a request waited: ``all`` threads of it, or the ``main`` one, which has the event loop.
On a machine with nothing else to do that is how long it waits; what other processes add is none of
the service's. With ``SLACK_SIGNING_SECRET`` set, it posts what Slack posts by turns.
"""

import hashlib
import hmac
import http.client
import os
import select
import sys
import time
from pathlib import Path

PAUSE = 0.03
NANOSECONDS = 1_000_000
CHALLENGE = b'{"type": "url_verification", "challenge": "x"}'


def main() -> None:
    """Ask over one connection and over new ones by turns."""
    longest, port, process = 0.0, int(sys.argv[1]), Path(f"/proc/{sys.argv[2]}")
    threads = process / "task" if sys.argv[3] == "all" else process / "task" / sys.argv[2]
    kept = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    fresh = False
    print("asking", flush=True)  # noqa: T201 - whoever started it waits for this line
    while not select.select([sys.stdin], [], [], PAUSE)[0]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60) if fresh else kept
        before = spent(threads)
        if fresh and "SLACK_SIGNING_SECRET" in os.environ:
            connection.request("POST", "/slack/events", CHALLENGE, signed())
        else:
            connection.request("GET", "/healthz")
        answer = connection.getresponse()
        longest = max(longest, spent(threads) - before)
        answer.read()
        if answer.status != http.client.OK:
            sys.exit(f"the service answered {answer.status}")
        if fresh:
            connection.close()
        fresh = not fresh
    print(longest)  # noqa: T201 - what it is for


def signed() -> dict[str, str]:
    """The headers by which Slack signs."""
    now = str(int(time.time()))
    content, secret = f"v0:{now}:".encode() + CHALLENGE, os.environ["SLACK_SIGNING_SECRET"]
    signature = hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": f"v0={signature}"}


def spent(threads: Path) -> float:
    """Milliseconds of processor time of one thread or of all (Linux, /proc/PID/task/TID)."""
    several = threads.iterdir() if threads.name == "task" else [threads]
    return sum(map(_nanoseconds, several)) / NANOSECONDS


def _nanoseconds(thread: Path) -> int:
    try:
        return int((thread / "schedstat").read_text().split()[0])
    except (FileNotFoundError, ProcessLookupError):  # it has ended since
        return 0


if __name__ == "__main__":
    main()
