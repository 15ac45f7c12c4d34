"""How long others wait for a chat service while a test keeps it busy."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.bots.chat_service import ChatService
from tests.security import health_probe


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
