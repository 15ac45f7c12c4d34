"""One run at a time in a session: two would interleave their messages."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from agent.errors import SessionBusyError

BUSY_SECONDS = 10.0
"""How long a run waits for an earlier one of its session; the chat service tries again then."""


class SessionLocks:
    """A lock for each session that has a run."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def locked(self, subject: str, thread: str) -> AsyncIterator[None]:
        """Hold the session of one person's thread.

        :raises SessionBusyError: when an earlier run takes too long.
        """
        lock = self._locks.setdefault((subject, thread), asyncio.Lock())
        try:
            async with asyncio.timeout(BUSY_SECONDS):
                await lock.acquire()
        except TimeoutError:
            raise SessionBusyError(detail=f"after {BUSY_SECONDS:.0f} seconds") from None
        try:
            yield
        finally:
            lock.release()
