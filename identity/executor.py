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

        A cancelled caller stops waiting; the call itself ends by its own time-out.
        """
        call = partial(copy_context().run, partial(function, *args, **kwargs))
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    def close(self) -> None:
        """Drop what has not begun and wait for what has."""
        self._threads.shutdown(wait=True, cancel_futures=True)
