"""Starts the process that reads a file, which may die of it, and takes its answer."""

import asyncio
import logging
import sys
from contextlib import suppress
from pathlib import Path
from typing import cast

from pydantic import TypeAdapter, ValidationError
from typing_extensions import TypedDict

from agent.errors import DocumentRefusedError
from agent.request.attachments import AttachedFile
from agent.tools.documents.content import Content
from agent.tools.documents.reading_process import OUT_OF_MEMORY

logger = logging.getLogger(__name__)

SECONDS = 8.0
AT_A_TIME = 2
"""So that the agent with its readers stays within what a container has."""
MOST_ANSWERED = 16 * 1024 * 1024
ROOT = Path(__file__).parents[3]
TOO_SLOW = "takes too long to read. Attach a smaller or simpler document."
NEEDS_MEMORY = "needs more memory than I have for a document. Attach a smaller one."


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

        :raises DocumentRefusedError: when it can't or mustn't be read.
        """
        async with self._free:
            code, output = await self._run_process(file)
        if code == OUT_OF_MEMORY:
            raise DocumentRefusedError(NEEDS_MEMORY)
        try:
            answer = ANSWER.validate_json(output)
        except ValidationError:
            logger.warning("reading a document ended with %d", code)
            raise DocumentRefusedError from None
        if "content" not in answer:
            raise DocumentRefusedError(answer.get("refused", ""))
        return answer["content"]

    async def _run_process(self, file: AttachedFile) -> tuple[int, bytes]:
        """Its exit code and what it wrote; a fresh interpreter that is told nothing but the file.

        :raises DocumentRefusedError: when it takes too long or writes without end.
        """
        process = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-E",
                "-s",
                "-B",
                "-m",
                "agent.tools.documents.reading_process",
                file.name,
            ),
            cwd=ROOT,
            env={"LANG": "C.UTF-8"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        stdin, stdout = cast("_Pipes", (process.stdin, process.stdout))
        try:
            async with asyncio.timeout(self._seconds):
                _, output = await asyncio.gather(_feed(stdin, file.data), _output(stdout))
                await process.wait()
        except TimeoutError:
            raise DocumentRefusedError(TOO_SLOW) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return process.returncode or 0, output


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
            raise DocumentRefusedError(NEEDS_MEMORY)
    return b"".join(parts)
