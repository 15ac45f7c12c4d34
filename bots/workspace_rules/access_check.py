"""Ends an answer that is being written once its person may not use the assistant any more."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bots.errors import AccessEnded

CHECKED_EVERY = 15.0
"""Seconds; with the 40 that a yes of the user pool is believed for, an answer ends in a minute."""

MayGoOn = Callable[[], Awaitable[bool]]


@asynccontextmanager
async def while_permitted(may_go_on: MayGoOn, every: float = CHECKED_EVERY) -> AsyncIterator[None]:
    """Ask again and again whether the block may go on, and end it once it may not.

    :param may_go_on: False ends the block; where nobody can say, it goes on.
    :raises AccessEnded: when it was ended.
    """
    scope = asyncio.timeout(None)
    try:
        async with scope:
            watcher = asyncio.create_task(_watch(scope, may_go_on, every))
            try:
                yield
            finally:
                watcher.cancel()
                await asyncio.wait([watcher])
    except TimeoutError:
        if scope.expired():
            raise AccessEnded("its person has left") from None
        raise


async def _watch(scope: asyncio.Timeout, may_go_on: MayGoOn, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        if not await may_go_on():
            scope.reschedule(asyncio.get_running_loop().time())
            return
