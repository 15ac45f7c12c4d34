"""Threads for blocking calls: a pool for each kind of them, so that no kind waits for another."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from bots.queue.service import POLLS
from identity.executor import Executor

FILES = 8
"""Files that are read or written at the same time; each may be megabytes."""


@dataclass(frozen=True, slots=True)
class ThreadPools:
    """The pools of one process; a run that waits for the model is in none of them.

    :ivar turns: the ledger, the queues' short calls, transcripts, results.
    :ivar identity: links, sessions, tokens, the user pool, the administrators' pages.
    :ivar polls: the queues' long polls.
    :ivar files: the bucket of files.
    :ivar rendering: answers as HTML; one thread, for it is work and no waiting.
    """

    turns: Executor
    identity: Executor
    polls: Executor
    files: Executor
    rendering: Executor

    @classmethod
    @contextmanager
    def open(cls, size: int) -> Iterator[Self]:
        """All of them while the block runs; then what has begun is waited for.

        :param size: threads of each pool whose calls are short and many.
        """
        pools = cls(Executor(size), Executor(size), Executor(POLLS), Executor(FILES), Executor(1))
        try:
            yield pools
        finally:
            for pool in (pools.turns, pools.identity, pools.polls, pools.files, pools.rendering):
                pool.close()
