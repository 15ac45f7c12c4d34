"""The runs that are under way in this process: who asks for one again is told what it says."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ag_ui.core import BaseEvent, RunErrorEvent, RunFinishedEvent

RunName = tuple[str, str, str]
"""The person, their thread, the run."""


@dataclass(slots=True)
class _UnderWay:
    events: list[BaseEvent] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def complete(self) -> bool:
        """Whether it came to its end; one whose client went away breaks off."""
        return bool(self.events) and isinstance(self.events[-1], RunFinishedEvent | RunErrorEvent)


class RunsUnderWay:
    """Keeps what each run has said, for as long as it is under way."""

    def __init__(self) -> None:
        self._runs: dict[RunName, _UnderWay] = {}

    def __contains__(self, run: RunName) -> bool:
        return run in self._runs

    async def join(self, run: RunName, seconds: float) -> list[BaseEvent] | None:
        """Wait for a run and give all it said; None when there is none, or it broke off.

        :param seconds: how long to wait; then the run is taken for one that broke off.
        """
        try:
            async with asyncio.timeout(seconds):
                while under_way := self._runs.get(run):
                    await under_way.ended.wait()
                    if under_way.complete:
                        return under_way.events
        except TimeoutError:
            pass
        return None

    @contextmanager
    def noted(self, run: RunName) -> Iterator[list[BaseEvent]]:
        """The list to which each event of a run is added before it is sent."""
        under_way = self._runs[run] = _UnderWay()
        try:
            yield under_way.events
        finally:
            if self._runs.get(run) is under_way:
                del self._runs[run]
            under_way.ended.set()
