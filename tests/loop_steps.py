"""How long single steps of an event loop take: what one callback or one piece of a task uses.

Counted is the processor time of the loop's thread, so that other threads, other processes and a
busy machine add nothing to it.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from tests.some import some

LONGEST_MS = 100.0
"""Whoever asks meanwhile waits for no longer than this."""


@dataclass(frozen=True)
class Step:
    """A step that took a while.

    :param ended: on the machine's monotonic clock, in seconds.
    """

    milliseconds: float
    ended: float
    what: str


@contextmanager
def noted_steps(note: Callable[[Step], None], least: float = 10.0) -> Iterator[None]:
    """Hand over each step of at least so many milliseconds while the block runs."""
    run = asyncio.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        try:
            run(handle)
        finally:
            took = (time.thread_time() - began) * 1000
            if took >= least:
                note(Step(took, time.monotonic(), _description(handle)))

    asyncio.Handle._run = timed  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        asyncio.Handle._run = run  # type: ignore[method-assign]


def _description(handle: asyncio.Handle) -> str:
    """The task whose step it was, and where that waits now; else the callback."""
    task = getattr(getattr(handle, "_callback", None), "__self__", None)
    if not isinstance(task, asyncio.Task):
        return repr(handle)[:300]
    places, waits = list[str](), cast("Any", task.get_coro())
    while frame := getattr(waits, "cr_frame", None):
        places.append(f"{frame.f_code.co_qualname}:{frame.f_lineno}")
        waits = waits.cr_await
    return f"{task.get_name()}: {' > '.join(places) or task}"


@contextmanager
def short_steps(longest: float = LONGEST_MS) -> Iterator[None]:
    """No step of this process's loop takes ``longest`` milliseconds while the block runs."""
    steps = list[Step]()
    with noted_steps(steps.append, least=0.0):
        yield
    slowest = max(some(steps), key=lambda step: step.milliseconds)
    assert slowest.milliseconds < longest, slowest
