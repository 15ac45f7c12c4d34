"""The threads of a process for blocking calls, how many there may be, and how many are at work."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

RUNS = 125
"""Runs that wait for Bedrock hold a thread each, since boto3 reads a stream in one. A process works
for one person, who has an eighth of the chat service's runs at most, and it has 1,000 at most."""
CALLS = 32
"""What is left for memory, tools and settings when so many wait for the model."""
THREADS = RUNS + CALLS


class ThreadPool(ThreadPoolExecutor):
    """Threads for ``asyncio.to_thread``, ours and our libraries'; begun when they are needed.

    :ivar used: calls that are at work or wait for a thread.
    """

    def __init__(self) -> None:
        super().__init__(THREADS, thread_name_prefix="bizassist-agent")
        self.used = 0
        self._counting = Lock()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a call in a thread."""
        future = super().submit(fn, *args, **kwargs)
        self._count(1)
        future.add_done_callback(lambda _: self._count(-1))
        return future

    def _count(self, more: int) -> None:
        with self._counting:  # a call ends in its thread
            self.used += more
