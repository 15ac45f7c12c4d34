"""How long others wait for a chat service while a test keeps it busy."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import boto3

from tests.bots.chat_service import ChatService, separate_chat_service
from tests.conftest import Stack
from tests.loop_steps import LONGEST_MS, Step
from tests.security import health_probe, timed_chat_service
from tests.some import some

NOTES = "steps.jsonl"


@asynccontextmanager
async def timed_service(
    stack: Stack, aws: boto3.Session, folder: Path
) -> AsyncIterator[ChatService]:
    """A chat service of the test's own, which notes the long steps of its event loop."""
    program = (timed_chat_service.__file__, str(folder / NOTES))
    async with separate_chat_service(stack, aws, folder, program=program) as chat:
        yield chat


@contextmanager
def only_short_steps(folder: Path) -> Iterator[None]:
    """No single step of that service's event loop holds up the others in this block."""
    began = time.monotonic()
    yield
    steps = [Step(**json.loads(line)) for line in (folder / NOTES).read_text().splitlines()]
    slowest = max(some(steps), key=lambda step: step.milliseconds * (step.ended > began))
    assert slowest.ended < began or slowest.milliseconds < LONGEST_MS, slowest


@asynccontextmanager
async def probing(
    chat: ChatService, threads: str, slack: str | None = None
) -> AsyncIterator[list[float]]:
    """What each wait of a stranger cost the service at most, in milliseconds, at the block's end.

    :param threads: of ``all`` threads, or of the ``main`` one.
    :param slack: the signing secret, to ask as Slack too.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        health_probe.__file__,
        str(chat.port),
        str(chat.running.pid),
        threads,
        env={**os.environ, **({"SLACK_SIGNING_SECRET": slack} if slack else {})},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    waits: list[float] = []
    assert process.stdout is not None
    assert await process.stdout.readline() == b"asking\n"
    yield waits
    said, _ = await process.communicate(b"\n")
    assert process.returncode == 0
    waits.append(float(said))
