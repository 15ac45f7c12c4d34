"""Runs blocking SDK calls in threads of their own, so that the event loop never waits."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Executor:
    """A pool of threads for blocking calls; whoever made it closes it.

    :param size: how many calls may block at the same time; more of them queue.
    """

    def __init__(self, size: int = 16) -> None:
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="bizassist-aws")

    async def __call__(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``function`` in a thread and await its result.

        A caller that is cancelled waits for the call all the same, which ends by its own time-out:
        what it writes would otherwise come after the writes of whoever goes on with the work.
        """
        call = partial(copy_context().run, partial(function, *args, **kwargs))
        running = asyncio.get_running_loop().run_in_executor(self._threads, call)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait([running])
            raise

    def close(self) -> None:
        """Drop what has not begun and wait for what has."""
        self._threads.shutdown(wait=True, cancel_futures=True)
