"""Runs blocking SDK calls in threads of their own, so that the event loop never waits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import copy_context
from functools import partial
from threading import Lock
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def within(seconds: float, work: Awaitable[T]) -> T:
    """What ``work`` gives, if it does in time; a call in a thread ends by its own time-out then.

    ``asyncio.timeout`` would wait for that call, because it can't be broken off.

    :raises TimeoutError: when it doesn't.
    """
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    finally:
        if not task.done():
            task.cancel()
            task.add_done_callback(lambda late: late.cancelled() or late.exception())
    if not done:
        raise TimeoutError
    return task.result()


@asynccontextmanager
async def ahead(work: Coroutine[Any, Any, T]) -> AsyncIterator[asyncio.Task[T]]:
    """``work``, begun now because it will be needed; what the block doesn't await is ended."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # whoever needed it has it; nobody needing it is no fault to report


class Executor:
    """A pool of threads for blocking calls; whoever made it closes it.

    :param size: how many calls may block at the same time; more of them queue.
    :ivar used: how many calls block or queue at this moment.
    """

    def __init__(self, size: int = 16) -> None:
        self.size = size
        self.used = 0
        self._counting = Lock()
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="bizassist-aws")

    async def __call__(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``function`` in a thread and await its result.

        A caller that is cancelled waits for the call all the same, which ends by its own time-out:
        what it writes would otherwise come after the writes of whoever goes on with the work.
        """
        call = partial(copy_context().run, partial(function, *args, **kwargs))
        future = self._threads.submit(call)
        self._count(1)
        future.add_done_callback(self._ended)
        running = asyncio.wrap_future(future)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            raise

    def close(self) -> None:
        """Drop what has not begun and wait for what has."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _ended(self, _: "Future[T]") -> None:
        self._count(-1)

    def _count(self, more: int) -> None:
        with self._counting:  # a call ends in its thread
            self.used += more
