"""A call that shows something: begun only while the turn is ours, and ended before we leave it."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from bots.platform import Lease

LONGEST_CALL = 10.0
"""Seconds that a stopping process waits for such a call, which has a time-out of its own."""

T = TypeVar("T")


async def shown(lease: Lease, call: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What ``call`` returns; cancelled, it ends first, so that nothing arrives later.

    Whoever works on the turn next would look for a message that is still on its way, or be
    overwritten by it.

    :raises Superseded: when the turn may be somebody else's by now.
    """

    async def held() -> T:
        await lease.hold()
        return await call()

    calling = asyncio.create_task(held())
    try:
        return await asyncio.shield(calling)
    except asyncio.CancelledError:
        await asyncio.wait([calling], timeout=LONGEST_CALL)
        calling.cancel()
        raise
