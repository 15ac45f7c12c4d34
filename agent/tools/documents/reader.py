"""Reads a file in a process of its own, which may die of it."""

import asyncio
import logging
import sys
from contextlib import suppress
from pathlib import Path
from typing import cast

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from agent.request.attachments import AttachedFile
from agent.tools.documents.content import Content, RefusedError
from agent.tools.documents.reading_process import OUT_OF_MEMORY

logger = logging.getLogger(__name__)

SECONDS = 8.0
AT_A_TIME = 2
"""So that the agent with its readers stays within what a container has."""
MOST_ANSWERED = 16 * 1024 * 1024
HERE = Path(__file__).parents[3]
TOO_SLOW = "takes too long to read. Attach a smaller or simpler document."
TOO_LARGE = "needs more memory than I have for a document. Attach a smaller one."
UNREADABLE = "can't be read: it is damaged, or built in a way that I don't understand."


class _Answer(TypedDict, total=False):
    content: Content
    refused: str


_Pipes = tuple[asyncio.StreamWriter, asyncio.StreamReader]
ANSWER = TypeAdapter(_Answer)


class Reader:
    """Reads files for all runs.

    :param seconds: how long one file may take.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._free = asyncio.Semaphore(AT_A_TIME)

    async def read(self, file: AttachedFile) -> Content:
        """What a file says.

        :raises RefusedError: when it can't or mustn't be read.
        """
        async with self._free:
            code, output = await self._child(file)
        if code == OUT_OF_MEMORY:
            raise RefusedError(TOO_LARGE)
        try:
            answer = ANSWER.validate_json(output)
        except ValidationError:
            logger.warning("reading a document ended with %d", code)
            raise RefusedError(UNREADABLE) from None
        if "content" not in answer:
            raise RefusedError(answer.get("refused", UNREADABLE))
        return answer["content"]

    async def _child(self, file: AttachedFile) -> tuple[int, bytes]:
        """Its exit code and what it wrote; a fresh interpreter that is told nothing but the file.

        :raises RefusedError: when it takes too long or writes without end.
        """
        child = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-E",
                "-s",
                "-B",
                "-m",
                "agent.tools.documents.reading_process",
                file.name,
            ),
            cwd=HERE,
            env={"LANG": "C.UTF-8"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        stdin, stdout = cast("_Pipes", (child.stdin, child.stdout))
        try:
            async with asyncio.timeout(self._seconds):
                _, output = await asyncio.gather(_feed(stdin, file.data), _output(stdout))
                await child.wait()
        except TimeoutError:
            raise RefusedError(TOO_SLOW) from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        return child.returncode or 0, output


async def _feed(stdin: asyncio.StreamWriter, data: bytes) -> None:
    with suppress(ConnectionError):  # it has seen enough, or has died
        stdin.write(data)
        await stdin.drain()
    stdin.close()


async def _output(stdout: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := await stdout.read(1 << 16):
        parts.append(part)
        size += len(part)
        if size > MOST_ANSWERED:
            raise RefusedError(TOO_LARGE)
    return b"".join(parts)
