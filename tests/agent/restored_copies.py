"""Copies of a prepared agent, as they are restored from one snapshot.

``python -m tests.agent.restored_copies`` says when it is prepared, waits for a line with a token
and questions, and forks. Each copy wakes a day later by the wall clock, monotonic time having stood
still, and answers as JSON.
"""

import asyncio
import json
import os
import random
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import time_machine
from opentelemetry.sdk.extension.aws.trace import AwsXRayIdGenerator
from starlette.types import ASGIApp, Message

from agent.app import application
from agent.settings import Settings
from tests.agent.local_agent import run_input, thread

A_DAY = 24 * 60 * 60
COPIES = 2

Copy = dict[str, Any]


def main() -> None:
    """Prepare, wait, and let the copies answer."""
    app = application(Settings.load(), Settings.load)
    _say({"sockets": _sockets()})
    asked = json.loads(sys.stdin.readline())
    with time_machine.travel(time.time() + A_DAY):
        pipes = [_copied(app, **asked) for _ in range(COPIES)]
        copies = [json.load(os.fdopen(pipe)) for pipe in pipes]
    _say(copies)


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _sockets() -> int:
    """How many are open: none may be in a snapshot."""
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return sum(str(link.readlink()).startswith("socket:") for link in links)


def _copied(app: ASGIApp, token: str, questions: list[str]) -> int:
    """Where a copy writes what it answers."""
    reads, writes = os.pipe()
    state = random.getstate()
    if os.fork():
        os.close(writes)
        return reads
    os.close(reads)
    random.setstate(state)  # Python seeds a fork anew; a snapshot is restored with what it had
    answered = asyncio.run(_answered(app, token, questions))
    with os.fdopen(writes, "w") as pipe:
        json.dump(answered, pipe)
    os._exit(0)


async def _answered(app: ASGIApp, token: str, questions: list[str]) -> Copy:
    """What a copy says to each question, and what it did for it."""
    connects: list[float] = []
    sys.addaudithook(lambda name, _: connects.append(1) if name == "socket.connect" else None)
    before = set(sys.modules)
    began = time.perf_counter()
    answers = [await _ask(app, token, question, connects) for question in questions]
    return {
        "answers": answers,
        "seconds": time.perf_counter() - began,
        "calls_before_start": answers[0]["calls_before_start"],
        "imported": sorted(name for name in set(sys.modules) - before if name.startswith("agent")),
        "random": random.getrandbits(64),
        "span_id": AwsXRayIdGenerator().generate_span_id(),
        "wall": time.time(),
    }


async def _ask(app: ASGIApp, token: str, question: str, connects: list[float]) -> Copy:
    at = thread()
    body = json.dumps(run_input(question, at)).encode()
    incoming = iter([{"type": "http.request", "body": body, "more_body": False}])
    said: Copy = {"status": 0, "text": "", "calls_before_start": -1, "error": ""}

    async def receive() -> Message:
        message = next(incoming, None)
        if message is None:
            await asyncio.Event().wait()
        return message  # type: ignore[return-value]

    async def send(message: Message) -> None:
        said["status"] = message.get("status", said["status"])
        for line in message.get("body", b"").decode().splitlines():
            if line.startswith("data:"):
                _take(json.loads(line.removeprefix("data:")), said, connects)
            else:
                said["error"] += line

    headers = {
        "authorization": f"Bearer {token}",
        "content-type": "application/json",
        "x-amzn-bedrock-agentcore-runtime-session-id": uuid.uuid4().hex * 2,
    }
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/invocations",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    await app(scope, receive, send)
    return said


def _take(event: Copy, said: Copy, connects: list[float]) -> None:
    if event["type"] == "RUN_STARTED":
        said["calls_before_start"] = len(connects)
    said["text"] += event.get("delta", "") if event["type"] == "TEXT_MESSAGE_CONTENT" else ""
    said["error"] += event.get("message", "") if event["type"] == "RUN_ERROR" else ""


if __name__ == "__main__":
    main()
