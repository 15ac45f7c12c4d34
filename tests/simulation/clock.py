"""An event loop on virtual time, whose scheduler is shuffled by a seed.

Nothing waits: when no task can go on, time jumps to the next timer. What is ready at the same time
runs in an order that the seed decides, so that one seed is one interleaving and can be replayed.
The way of testing is FoundationDB's (https://apple.github.io/foundationdb/testing.html).
"""

import asyncio
import random
import selectors
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, copy_context
from typing import Any, TypeVar

T = TypeVar("T")

MOST_STEPS = 200_000
"""So many turns of the loop are a livelock, not a test."""


class Stuck(AssertionError):
    """Nothing can go on any more, or nothing comes to an end."""


class _Selector(selectors.BaseSelector):
    """Waits for no file; a wait for a timer moves the clock instead."""

    def __init__(self) -> None:
        self.now = 0.0
        self._keys: dict[int, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        key = selectors.SelectorKey(fileobj, id(fileobj), events, data)
        self._keys[id(fileobj)] = key
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(id(fileobj))

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Stuck("every task waits for something that never comes")
        self.now += max(timeout, 0.0)
        return []

    def get_map(self) -> dict[Any, selectors.SelectorKey]:
        return self._keys

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys[id(fileobj)]


class _Task(asyncio.Task[Any]):
    """A task whose place in a set doesn't depend on its address."""

    def __init__(self, number: int, coro: Any, **options: Any) -> None:
        self._number = number
        super().__init__(coro, **options)

    def __hash__(self) -> int:
        return self._number


class VirtualLoop(asyncio.SelectorEventLoop):
    """One interleaving of the tasks of a simulation.

    :param chance: decides what of all that is ready runs first.
    :ivar on_task: hears of each new task, with the surroundings that it runs in.
    """

    def __init__(self, chance: random.Random) -> None:
        self._clock = _Selector()
        self._chance = chance
        self._steps = self._tasks = 0
        self.on_task: Callable[[asyncio.Task[Any], Context], None] = lambda *_: None
        super().__init__(self._clock)
        self.set_task_factory(self._task)

    def _task(self, _: Any, coro: Any, context: Context | None = None) -> asyncio.Task[Any]:
        self._tasks += 1
        task = _Task(self._tasks, coro, loop=self, context=context)
        self.on_task(task, copy_context() if context is None else context)
        return task

    def time(self) -> float:
        """Seconds since the simulation began."""
        return self._clock.now

    def _run_once(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            self._steps = 0  # so that what there is can be cancelled
            raise Stuck("it goes round and round")
        ready: deque[Any] = self._ready  # type: ignore[attr-defined]
        if len(ready) > 1:
            order = list(ready)
            self._chance.shuffle(order)
            ready.clear()
            ready.extend(order)
        super()._run_once()  # type: ignore[misc]


def simulate(main: Coroutine[Any, Any, T], chance: random.Random) -> T:
    """Run ``main`` to its end on virtual time.

    :raises Stuck: when it can't come to an end.
    """
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(chance)) as runner:
        return runner.run(main)
