"""When a call of the Bot Connector is made, and which are made again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bots.errors import After, PlatformUnavailable
from bots.teams.outgoing.rate_limits import ConversationLimits

TRIES = 3
LONGEST_PAUSE = 10.0
"""Seconds that are waited for here; for a longer pause the turn goes back into the queue."""

T = TypeVar("T")


async def with_retries(
    call: Callable[[], Awaitable[T]], limits: ConversationLimits, *, repeatable: bool
) -> T:
    """Call when there is room, and again after a pause while the Bot Connector can't.

    No pause is cut short: who asks again before Teams' Retry-After is throttled for longer. What
    can be repeated (a last edit, a deletion) goes before new messages that wait for room.

    :param limits: the conversation's; what Teams has said to one answer holds for all of them.
    :param repeatable: doing it twice is the same as doing it once.
    :raises PlatformError: what the last call, or one that must not be repeated, ended in.
    """
    for attempt in range(1, TRIES):
        try:
            await _room(limits, booked=repeatable)
            return await noting_refusals(call, limits)
        except PlatformUnavailable as error:
            asked = error.again.seconds if isinstance(error.again, After) else None
            pause = 2.0 ** (attempt - 1) if asked is None else asked
            if (error.taken and not repeatable) or pause > LONGEST_PAUSE:
                raise
            if asked is None:  # otherwise there is no room until then
                await asyncio.sleep(pause)
    await _room(limits, booked=repeatable)
    return await noting_refusals(call, limits)


async def _room(limits: ConversationLimits, *, booked: bool) -> None:
    """Return when there is room for a call, which is taken then.

    :param booked: the first moment with room is taken in advance; else whoever books goes first.
    :raises PlatformUnavailable: when there is none for too long.
    """
    left = LONGEST_PAUSE
    while wait := limits.wait(left, ahead=booked):
        if wait > left:
            raise PlatformUnavailable("Teams takes no call here for now", after=wait)
        await asyncio.sleep(wait)
        if booked:
            return
        left -= wait


async def noting_refusals(call: Callable[[], Awaitable[T]], limits: ConversationLimits) -> T:
    """The answer of a call; for how long Teams takes no other one is noted for all of them."""
    try:
        return await call()
    except PlatformUnavailable as error:
        if isinstance(error.again, After):
            limits.refused(error.again.seconds)
        raise
