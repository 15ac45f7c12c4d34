"""Which calls of the Bot Connector are repeated, and when: after its Retry-After, or soon."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bots.errors import After, PlatformUnavailable

TRIES = 3
LONGEST_PAUSE = 10.0
"""Seconds that are waited for here; for a longer pause the turn goes back into the queue."""

T = TypeVar("T")


async def with_retries(call: Callable[[], Awaitable[T]], *, repeatable: bool) -> T:
    """Call again after a pause while the Bot Connector can't.

    No pause is cut short: who asks again before Teams' Retry-After is throttled for longer.

    :param repeatable: doing it twice is the same as doing it once.
    :raises PlatformError: what the last call, or one that must not be repeated, ended in.
    """
    for attempt in range(1, TRIES):
        try:
            return await call()
        except PlatformUnavailable as error:
            pause = error.again.seconds if isinstance(error.again, After) else 2.0 ** (attempt - 1)
            if (error.taken and not repeatable) or pause > LONGEST_PAUSE:
                raise
            await asyncio.sleep(pause)
    return await call()
