"""The runs under way: each goes on without its client, is joined, cancelled, and told again."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import NamedTuple

from ag_ui.core import BaseEvent, CustomEvent, RunAgentInput, RunErrorEvent, RunFinishedEvent

from agent.error_rendering import run_error_event
from agent.errors import RunCancelledError
from agent.request.question import MEMORY_VERSION
from agent.run.earlier_run import run_mark
from agent.wall_clock import is_older

logger = logging.getLogger(__name__)

LONGEST_SECONDS = 15 * 60.0
"""A run ends by its own limits long before; as long as a request may take (AgentCore Runtime,
"Quotas")."""
KEPT_SECONDS = 15 * 60.0
"""How long an answer that nobody has heard is kept; the chat service asks again for as long."""
MOST_KEPT = 20
"""Such answers of one process; its conversations have them all."""

HEARTBEAT = "heartbeat"
"""Name of the event of a run that is silent and goes on (AG-UI, "Custom"); it is not kept."""
HEARTBEAT_SECONDS = 10.0
"""Clients give up after half a minute of silence; a tool may be at work for longer."""

Made = Callable[[], AsyncGenerator[BaseEvent]]


class RunName(NamedTuple):
    """A run: the runtime session, the person by their verified token, their thread, the run's id.

    A runtime session is one process in AWS; where one process plays them all, they stay apart.
    """

    session: str
    subject: str
    thread: str
    run: str


class _Asked(NamedTuple):
    """What makes two requests the same run: another decision or another audience is another run."""

    name: RunName
    mark: str
    audience: str


@dataclass(slots=True)
class _Run:
    """One run: what it has said so far, for whoever reads it, from the beginning.

    :ivar ended_at: in seconds since 1970; None while it is under way.
    """

    task: "asyncio.Task[None] | None" = None
    ended_at: float | None = None
    _said: list[BaseEvent] = field(default_factory=list)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def finished(self) -> bool:
        """Whether it came to its end, and not to an error."""
        return bool(self._said) and isinstance(self._said[-1], RunFinishedEvent)

    def say(self, event: BaseEvent) -> None:
        self._said.append(event)
        self._wake()

    def end(self) -> None:
        self.ended_at = time.time()
        self._wake()

    async def read(self) -> AsyncGenerator[BaseEvent]:
        """All it says, until it has ended."""
        told = 0
        while True:
            more = self._more
            while told < len(self._said):
                yield self._said[told]
                told += 1
            if more is self._more:
                if self.ended_at is not None:
                    return
                try:
                    await asyncio.wait_for(more.wait(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield CustomEvent(name=HEARTBEAT, value={})

    def _wake(self) -> None:
        self._more.set()
        self._more = asyncio.Event()


class RunsUnderWay:
    """Makes each run in a task of its own, so that the request that began it may break off.

    What the run says is kept until somebody has read it to its end, or nobody has for too long.

    :ivar changed_at: when the first run began or the last one ended, in seconds since 1970.
    """

    def __init__(self) -> None:
        self.changed_at = time.time()
        self._runs: dict[_Asked, _Run] = {}

    @property
    def under_way(self) -> int:
        """How many runs are under way, read or not."""
        return sum(run.ended_at is None for run in self._runs.values())

    @property
    def busy(self) -> bool:
        """Whether any run is under way."""
        return self.under_way > 0

    async def events(
        self, session: str, subject: str, run_input: RunAgentInput, made: Made
    ) -> AsyncGenerator[BaseEvent]:
        """A run's events from its beginning; it is made unless it is under way, or was not heard.

        Who stops reading leaves the run as it is. A run that is cancelled or fails ends in
        RUN_ERROR for all who read it.
        """
        asked = _asked(session, subject, run_input)
        self._forget_old()
        run = self._runs.get(asked) or self._begun(asked, made)
        async with aclosing(run.read()) as events:
            async for event in events:
                yield event
        if self._runs.get(asked) is run:
            del self._runs[asked]

    def cancel(self, name: RunName) -> bool:
        """Tell a run to end; False when none of this name is under way."""
        tasks = [run.task for asked, run in self._of(name) if run.ended_at is None]
        for task in filter(None, tasks):
            task.cancel()
        return bool(tasks)

    async def end(self, session: str | None = None, subject: str | None = None) -> None:
        """End all runs, or those of one person's session, and forget what they have said."""
        ended = [
            asked for asked in self._runs if session is None or asked.name[:2] == (session, subject)
        ]
        tasks = [run.task for run in map(self._runs.pop, ended) if run.task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def ended(self, session: str, subject: str, thread: str) -> None:
        """Return when no run of this conversation is under way."""
        names = (session, subject, thread)
        under_way = [r.task for one, r in self._runs.items() if one.name[:3] == names and r.task]
        if under_way:
            await asyncio.wait(under_way)

    def _begun(self, asked: _Asked, made: Made) -> _Run:
        if not self.busy:
            self.changed_at = time.time()
        run = self._runs[asked] = _Run()
        run.task = asyncio.create_task(_make(made, run))
        # Not in the task itself: one that is cancelled before its first step never gets there.
        run.task.add_done_callback(lambda task: self._ended(asked, run, task))
        return run

    def _ended(self, asked: _Asked, run: _Run, task: "asyncio.Task[None]") -> None:
        if task.cancelled():
            logger.info("a run was cancelled")
            run.say(RunErrorEvent(message=RunCancelledError.sentence, code=RunCancelledError.code))
        elif isinstance(error := task.exception(), Exception):
            run.say(run_error_event(error))
        run.end()
        if not run.finished and self._runs.get(asked) is run:
            del self._runs[asked]
        if not self.busy:
            self.changed_at = time.time()

    def _of(self, name: RunName) -> Iterable[tuple[_Asked, _Run]]:
        return [(asked, run) for asked, run in self._runs.items() if asked.name == name]

    def _forget_old(self) -> None:
        """Forget what nobody has asked for in time, and the oldest of too many."""
        kept = [(run.ended_at, asked) for asked, run in self._runs.items() if run.ended_at]
        kept.sort(reverse=True)
        for place, (ended_at, asked) in enumerate(kept):
            if place >= MOST_KEPT or is_older(ended_at, KEPT_SECONDS):
                del self._runs[asked]


async def _make(made: Made, run: _Run) -> None:
    async with asyncio.timeout(LONGEST_SECONDS), aclosing(made()) as events:
        async for event in events:
            run.say(event)


def _asked(session: str, subject: str, run_input: RunAgentInput) -> _Asked:
    name = RunName(session, subject, run_input.thread_id, run_input.run_id)
    props = run_input.forwarded_props
    if isinstance(props, dict):
        props = {name: value for name, value in props.items() if name != MEMORY_VERSION}
    audience = json.dumps(props, sort_keys=True, default=str)
    return _Asked(name, run_mark(run_input), audience)
