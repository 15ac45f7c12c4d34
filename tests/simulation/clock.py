"""An event loop on virtual time, whose scheduler is shuffled by a seed.

Nothing waits: when no task can go on, time jumps to the next timer. What is ready at the same time
runs in an order that the seed decides, so that one seed is one interleaving and can be replayed.
The way of testing is FoundationDB's (https://apple.github.io/foundationdb/testing.html).
"""

import asyncio
import heapq
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
    """Waits for no file."""

    def __init__(self) -> None:
        self._keys: dict[int, selectors.SelectorKey] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        key = selectors.SelectorKey(fileobj, id(fileobj), events, data)
        self._keys[id(fileobj)] = key
        return key

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._keys.pop(id(fileobj))

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        raise AssertionError("the loop below asks for no file")

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


class _Handle(asyncio.Handle):
    """One without what debugging needs."""

    __slots__ = ()

    def __init__(self, callback: Any, args: Any, loop: "VirtualLoop", context: Any) -> None:
        self._context = copy_context() if context is None else context
        self._loop = loop
        self._callback, self._args = callback, args
        self._cancelled = False
        self._repr = self._source_traceback = None

    def _run(self) -> None:
        try:
            self._context.run(self._callback, *self._args)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - as asyncio does
            self._loop.call_exception_handler({"message": "a callback", "exception": error})


class VirtualLoop(asyncio.SelectorEventLoop):
    """One interleaving of the tasks of a simulation.

    :param chance: decides what of all that is ready runs first.
    :ivar on_task: hears of each new task, with the surroundings that it runs in.
    :ivar process_of: whose work it is that runs in such surroundings.
    """

    def __init__(self, chance: random.Random) -> None:
        self._now = 0.0
        self._ready: deque[asyncio.Handle]
        self._chance = chance
        self._steps = self._tasks = 0
        self._frozen: dict[Any, list[asyncio.Handle]] = {}
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._timer_count = 0
        self.on_task: Callable[[asyncio.Task[Any], Context], None] = lambda *_: None
        self.process_of: Callable[[Context], Any] = lambda _: None
        super().__init__(_Selector())
        self.set_task_factory(self._task)

    def _task(self, _: Any, coro: Any, context: Context | None = None) -> asyncio.Task[Any]:
        self._tasks += 1
        task = _Task(self._tasks, coro, loop=self, context=context)
        self.on_task(task, copy_context() if context is None else context)
        return task

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """As asyncio's own, without what it checks for."""
        handle = _Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later(  # type: ignore[override]
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """In a heap of tuples: comparing those costs a fraction of comparing timers."""
        timer = asyncio.TimerHandle(when, callback, args, self, context)
        self._timer_count += 1
        heapq.heappush(self._timers, (when, self._timer_count, timer))
        return timer

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It is dropped when its time comes."""

    def time(self) -> float:
        """Seconds since the simulation began."""
        return self._now

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Any, *args: Any
    ) -> "asyncio.Future[Any]":
        """What a thread would do is done here and takes no time, or time would run past it."""
        del executor
        done: asyncio.Future[Any] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whoever awaits it gets it
            done.set_exception(error)
        return done

    def freeze(self, process: Any) -> None:
        """Let nothing of a process go on, until :meth:`thaw`; its timers fall due meanwhile."""
        self._frozen.setdefault(process, [])

    def thaw(self, process: Any) -> None:
        """Let a process go on where it stood still."""
        self._ready.extend(self._frozen.pop(process, ()))

    def _run_once(self) -> None:
        """In place of asyncio's own: it would ask for files, and for the real time."""
        self._steps += 1
        if self._steps > MOST_STEPS:
            self._steps = 0  # so that what there is can be cancelled
            raise Stuck("it goes round and round")
        ready: list[asyncio.Handle] = [*self._ready, *self._due()]
        self._ready.clear()
        if len(ready) > 1:
            self._chance.shuffle(ready)
        for handle in ready:
            if handle._cancelled:
                continue
            if self._frozen and (process := self._process(handle)) in self._frozen:
                self._frozen[process].append(handle)
            else:
                handle._run()

    def _due(self) -> list[asyncio.TimerHandle]:
        """The timers whose time has come; it jumps there when there is nothing else to do."""
        timers = self._timers
        due: list[asyncio.TimerHandle] = []
        idle = not self._ready and not self._stopping  # type: ignore[attr-defined]
        while timers:
            when, _, timer = timers[0]
            if timer._cancelled:
                heapq.heappop(timers)
                continue
            if idle and not due and when > self._now:
                self._now = when
            if when > self._now:
                break
            heapq.heappop(timers)
            due.append(timer)
        if idle and not due:
            raise Stuck("every task waits for something that never comes")
        return due

    def _process(self, handle: asyncio.Handle) -> Any:
        return self.process_of(handle._context)  # type: ignore[attr-defined]


def simulate(main: Coroutine[Any, Any, T], chance: random.Random) -> T:
    """Run ``main`` to its end on virtual time.

    :raises Stuck: when it can't come to an end.
    """
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(chance)) as runner:
        return runner.run(main)
