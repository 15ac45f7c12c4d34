"""Threads for blocking calls: a pool for each kind of them, so that no kind waits for another."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from bots.queue.service import POLLS, QueueThreads
from identity.executor import Executor

FILES = 8
"""Files that are read or written at the same time; each may be megabytes."""
QUEUE = 16
"""Calls that put a message into a queue or take it away; what people send waits for them."""
HEARTBEATS = 8
"""Calls that keep ten messages hidden each; every ten seconds there are as many as turns by ten."""
WORK = 8
"""Threads of asyncio itself: what is parsed, packed and cut into pieces outside of the loop."""
QUEUE_CONNECTIONS = POLLS + QUEUE + HEARTBEATS


@dataclass(frozen=True, slots=True)
class ThreadPools:
    """The pools of one process; a run that waits for the model is in none of them.

    :ivar turns: the ledger, transcripts, results.
    :ivar identity: links, sessions, tokens, the user pool, the administrators' pages.
    :ivar queue: the queues' short calls.
    :ivar polls: the queues' long polls.
    :ivar heartbeats: what keeps the queues' messages hidden.
    :ivar files: the bucket of files.
    :ivar rendering: answers as HTML; one thread, for it is work and no waiting.
    """

    turns: Executor
    identity: Executor
    queue: Executor
    polls: Executor
    heartbeats: Executor
    files: Executor
    rendering: Executor

    @classmethod
    @contextmanager
    def open(cls, size: int) -> Iterator[Self]:
        """All of them while the block runs; then what has begun is waited for.

        :param size: threads of each pool whose calls are short and many.
        """
        pools = cls(
            turns=Executor(size),
            identity=Executor(size),
            queue=Executor(QUEUE),
            polls=Executor(POLLS),
            heartbeats=Executor(HEARTBEATS),
            files=Executor(FILES),
            rendering=Executor(1),
        )
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(WORK, "bizassist-work"))
        try:
            yield pools
        finally:
            for pool in pools.by_kind().values():
                pool.close()

    @property
    def of_queues(self) -> QueueThreads:
        """Those that the queues' calls run in."""
        return QueueThreads(self.queue, self.polls, self.heartbeats)

    def by_kind(self) -> dict[str, Executor]:
        """Each pool, by what it is for."""
        return {
            "turns": self.turns,
            "identity": self.identity,
            "the queue": self.queue,
            "long polls": self.polls,
            "heartbeats": self.heartbeats,
            "files": self.files,
            "rendering": self.rendering,
        }
