"""One part of the local stack: a process of its own, ready when it answers, stopped when asked."""

import asyncio
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bizassist.errors import PartError

PARENT_WATCHDOG = Path(__file__).with_name("parent_watchdog.py")
STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Part:
    """How to start a part and how to see that it is ready.

    :param program: arguments of the Python interpreter, such as ``("-m", "bizassist", "serve")``.
    :param ready: the address that answers 200 once the part works.
    :param environment: the whole environment of its process.
    """

    name: str
    program: tuple[str, ...]
    ready: str
    environment: Mapping[str, str]
    python: str = sys.executable
    start_seconds: float = 30.0


class Running:
    """A started part; whoever starts it stops it."""

    def __init__(self, part: Part, process: asyncio.subprocess.Process, log: Path) -> None:
        self.part = part
        self.log = log
        self._process = process

    @classmethod
    async def start(cls, part: Part, logs: Path) -> "Running":
        """Start ``part``, its output going to a file in ``logs``."""
        log = logs / f"{part.name}.log"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                part.python,
                str(PARENT_WATCHDOG),
                *part.program,
                stdin=asyncio.subprocess.PIPE,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                env=part.environment,
                start_new_session=True,  # Ctrl-C is for the parent, which stops parts in order
            )
        return cls(part, process, log)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def ready(self) -> None:
        """Wait until the part answers.

        :raises PartError: when it ends first or stays silent for longer than it may take to start.
        """
        answering = asyncio.create_task(self._answers())
        ended = asyncio.create_task(self._process.wait())
        try:
            done, _ = await asyncio.wait(
                {answering, ended},
                timeout=self.part.start_seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            answering.cancel()
            ended.cancel()
        if ended in done:
            raise PartError(self.exit_message())
        if not done:
            raise PartError(
                f"{self.part.name} did not answer within {self.part.start_seconds:.0f} seconds; "
                f"its log is {self.log}"
            )

    def exit_message(self) -> str:
        """One sentence about a part that ended by itself: its own last words and its log."""
        lines = self.log.read_text(errors="replace").strip().splitlines() or ["it said nothing"]
        return f"{self.part.name} stopped: {lines[-1].strip()[:300]} (its log is {self.log})"

    async def ended(self) -> "Running":
        """Wait until the part ends by itself."""
        await self._process.wait()
        return self

    async def stop(self) -> None:
        """Ask the part to stop, and end it when it does not within ten seconds."""
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), STOP_SECONDS)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    async def _answers(self) -> None:
        timeout = aiohttp.ClientTimeout(total=2)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            while True:
                with suppress(aiohttp.ClientError, TimeoutError):
                    async with http.get(self.part.ready) as answer:
                        if answer.ok:
                            return
                await asyncio.sleep(0.05)
