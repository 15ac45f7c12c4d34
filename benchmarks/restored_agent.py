"""What a restored agent still does before its first event: its calls, and how long they take.

``python -m benchmarks.restored_agent [--rounds N]`` starts MiniStack and the Gateway's stand-in for
itself, prepares the agent as a snapshot would hold it, lets the wall clock jump, and asks. Each
call takes as long as it does in a Region of AWS, besides what the stand-in takes.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import httpx
import time_machine
from botocore.httpsession import URLLib3Session
from starlette.types import ASGIApp, Message

from agent.app import application
from agent.settings import Settings
from benchmarks.agent_start import QUESTION, SESSION, gateway
from benchmarks.token_broker import cloud

ROUNDS = 5
RESTED = 40 * 60
"""Seconds that the agent has rested: whatever expires is too old, and the person's token is not."""

MOST_SEQUENTIAL = 1
SECONDS = {"ssm": 0.015, "sts": 0.030, "s3": 0.025, "dynamodb": 0.005, "bedrock-agentcore": 0.040}
"""How long a call takes in a Region, by the service in its signature."""

OTHER = 0.025
"""The same of what isn't signed: signing keys, tokens."""

STARTED, WORDS = "RUN_STARTED", "TEXT_MESSAGE_CONTENT"


@dataclass
class Calls:
    """Every call: what it was for, and when it began and ended."""

    made: list[tuple[str, float, float]] = field(default_factory=list)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note calls, and let each take its time, while the block runs."""
        send, handle = URLLib3Session.send, httpx.AsyncHTTPTransport.handle_async_request

        def signed(session: URLLib3Session, request: Any) -> Any:
            began = time.perf_counter()
            service = _service(str(request.headers.get("Authorization", b"")))
            time.sleep(SECONDS.get(service, OTHER))
            try:
                return send(session, request)
            finally:
                self.made.append((service or "unsigned", began, time.perf_counter()))

        async def unsigned(transport: Any, request: httpx.Request) -> httpx.Response:
            began = time.perf_counter()
            await asyncio.sleep(OTHER)
            try:
                return await handle(transport, request)
            finally:
                self.made.append((urlsplit(str(request.url)).path, began, time.perf_counter()))

        with (
            patch.object(URLLib3Session, "send", signed),
            patch.object(httpx.AsyncHTTPTransport, "handle_async_request", unsigned),
        ):
            yield

    def before(self, moment: float) -> list[tuple[str, float, float]]:
        """The calls that had ended by then, in the order of their ends."""
        return sorted((call for call in self.made if call[2] <= moment), key=lambda call: call[2])


def _service(signature: str) -> str:
    parts = signature.partition("Credential=")[2].split("/")
    return parts[3] if len(parts) > 3 else ""  # noqa: PLR2004 - key, day, region, service


def sequential(calls: list[tuple[str, float, float]]) -> int:
    """The longest chain of calls of which each begins when the one before has ended."""
    count, ended = 0, 0.0
    for _, began, end in calls:
        if began >= ended:
            count, ended = count + 1, end
    return count


async def asked(app: ASGIApp, token: str) -> dict[str, float]:
    """When each kind of event came first, by the monotonic clock."""
    thread, first = uuid.uuid4().hex * 2, dict[str, float]()
    question = {
        "threadId": thread,
        "runId": uuid.uuid4().hex,
        "messages": [{"id": "1", "role": "user", "content": QUESTION}],
        "forwardedProps": {"audience": "alone"},
        "tools": [],
        "context": [],
        "state": {},
    }
    incoming = iter([{"type": "http.request", "body": json.dumps(question).encode()}])

    async def receive() -> Message:
        message = next(incoming, None)
        if message is None:
            await asyncio.Event().wait()
        return message  # type: ignore[return-value]

    async def send(message: Message) -> None:
        for line in message.get("body", b"").decode().splitlines():
            if line.startswith("data:"):
                kind = json.loads(line.removeprefix("data:"))["type"]
                first.setdefault(kind, time.perf_counter())

    headers = {"authorization": f"Bearer {token}", SESSION.lower(): thread}
    await app(
        {
            "type": "http",
            "method": "POST",
            "path": "/invocations",
            "query_string": b"",
            "headers": [(b"content-type", b"application/json")]
            + [(name.encode(), value.encode()) for name, value in headers.items()],
        },
        receive,
        send,
    )
    return first


async def restored(token: str) -> tuple[dict[str, float], Calls]:
    """The seconds to the first event and the first words, and the calls before the first."""
    app, calls = application(Settings.load(), Settings.load), Calls()
    now = time.time() + RESTED
    with time_machine.travel(now), calls.watched():
        began = time.perf_counter()
        first = await asked(app, token)
    if STARTED not in first:
        sys.exit(f"the agent didn't answer: {sorted(first)}")
    known = calls.before(first[STARTED])
    taken = {kind: first[kind] - began for kind in (STARTED, WORDS) if kind in first}
    return taken, Calls(known)


async def measure(rounds: int) -> list[tuple[dict[str, float], Calls]]:
    async with cloud() as known, gateway(known) as token:
        os.environ.pop("OTEL_EXPORTER_OTLP_ENDPOINT", None)
        return [await restored(token) for _ in range(rounds + 1)][1:]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    runs = asyncio.run(measure(parser.parse_args().rounds))
    last = runs[-1][1].made
    print(f"{'before its first event':<32}{'milliseconds':>14}")
    for name, began, ended in last:
        print(f"{name:<32}{(ended - began) * 1000:>14.0f}")
    in_row = max(sequential(calls.made) for _, calls in runs)
    for kind in (STARTED, WORDS):
        middle = statistics.median(taken[kind] for taken, _ in runs if kind in taken)
        print(f"{'to ' + kind:<32}{middle * 1000:>14.0f}")
    print(f"{len(last)} calls; {in_row} one after the other, of at most {MOST_SEQUENTIAL}")
    return int(in_row > MOST_SEQUENTIAL)


if __name__ == "__main__":
    sys.exit(main())
