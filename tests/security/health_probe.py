"""Asks ``/healthz`` again and again, in a process of its own: ``python FILE PORT PID``.

When its input ends it prints the most processor time, in milliseconds, that the process PID has
spent while a request waited. On a machine with nothing else to do that is how long it waits; what
other processes add is none of the service's.
"""

import http.client
import select
import sys
from pathlib import Path

PAUSE = 0.03
NANOSECONDS = 1_000_000


def main() -> None:
    """Ask over one connection and over new ones by turns."""
    longest, port, threads = 0.0, int(sys.argv[1]), Path(f"/proc/{sys.argv[2]}/task")
    kept = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    fresh = False
    print("asking", flush=True)  # noqa: T201 - whoever started it waits for this line
    while not select.select([sys.stdin], [], [], PAUSE)[0]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60) if fresh else kept
        before = spent(threads)
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        longest = max(longest, spent(threads) - before)
        answer.read()
        if answer.status != http.client.OK:
            sys.exit(f"/healthz answered {answer.status}")
        if fresh:
            connection.close()
        fresh = not fresh
    print(longest)  # noqa: T201 - what it is for


def spent(threads: Path) -> float:
    """Milliseconds of processor time of all threads (Linux, proc_pid_schedstat(5))."""
    return sum(map(_nanoseconds, threads.iterdir())) / NANOSECONDS


def _nanoseconds(thread: Path) -> int:
    try:
        return int((thread / "schedstat").read_text().split()[0])
    except (FileNotFoundError, ProcessLookupError):  # it has ended since
        return 0


if __name__ == "__main__":
    main()
