"""How much a process does at once, shared out by person and workspace: runs, downloads."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

SHARE = 8
"""One person has an eighth of the slots at most, and one workspace leaves an eighth to others."""


@dataclass(slots=True, eq=False)
class _Waiter:
    person: str
    workspace: str
    granted: "asyncio.Future[None]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class FairSlots:
    """Slots that pieces of work take; who has the fewest is next (max-min fairness).

    Some slots are kept free on purpose: work can't be interrupted, so whoever comes while one
    person has them all would wait for the end of somebody's long answer.

    :param size: how much there is at once.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._of_person: Counter[str] = Counter()
        self._of_workspace: Counter[str] = Counter()
        self._waiting: list[_Waiter] = []

    @property
    def taken(self) -> int:
        """How many slots are taken at this moment."""
        return self._of_workspace.total()

    @property
    def waiting(self) -> int:
        """How many wait for a slot."""
        return len(self._waiting)

    @asynccontextmanager
    async def slot(
        self, person: str, workspace: str, on_wait: Callable[[], Awaitable[None]]
    ) -> AsyncIterator[None]:
        """A slot while the block runs.

        :param on_wait: called once when there is none at this moment, so that they can be told.
        """
        waiter = _Waiter(person, workspace)
        self._waiting.append(waiter)
        self._grant()
        try:
            if not waiter.granted.done():
                await on_wait()
                await waiter.granted
            yield
        finally:
            self._leave(waiter)

    def _leave(self, waiter: _Waiter) -> None:
        if waiter in self._waiting:
            self._waiting.remove(waiter)
            return
        for counts, key in self._counts(waiter):
            counts[key] -= 1
            if not counts[key]:
                del counts[key]
        self._grant()

    def _grant(self) -> None:
        while self.taken < self.size and (free := [w for w in self._waiting if self._may(w)]):
            chosen = min(free, key=self._runs)  # the longest waiting of those who have the fewest
            self._waiting.remove(chosen)
            for counts, key in self._counts(chosen):
                counts[key] += 1
            if not chosen.granted.done():  # cancelled at this moment: it gives its slot back
                chosen.granted.set_result(None)

    def _may(self, waiter: _Waiter) -> bool:
        share = self.size // SHARE
        return (
            self._of_person[waiter.person] < max(1, share)
            and self._of_workspace[waiter.workspace] < self.size - share
        )

    def _runs(self, waiter: _Waiter) -> tuple[int, int]:
        return self._of_person[waiter.person], self._of_workspace[waiter.workspace]

    def _counts(self, waiter: _Waiter) -> tuple[tuple[Counter[str], str], ...]:
        return (self._of_person, waiter.person), (self._of_workspace, waiter.workspace)
