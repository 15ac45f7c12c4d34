"""How often Teams lets us call, for a conversation and for all of a tenant, and who goes first.

Microsoft's numbers ("Optimize your bot with rate limiting in Teams",
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit): so many calls of a bot
within so many seconds in one conversation, edits and posts alike, and so many of an app in one
tenant. A last edit is booked for the first moment that has room; a post waits until there is room
that nobody has booked. An edit while an answer is written is worth less: it is made at once or not
at all, and takes part of the room only.
"""

import time
from bisect import insort
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Window = tuple[int, float]
"""So many calls within so many seconds."""

CONVERSATION: Sequence[Window] = ((7, 1.0), (8, 2.0), (60, 30.0))
TENANT: Sequence[Window] = ((50, 1.0),)
CONVERSATION_WITH_DRAFTS: Sequence[Window] = ((1, 1.0), (2, 2.0), (7, 10.0))
TENANT_WITH_DRAFTS: Sequence[Window] = ((25, 1.0),)
"""How full it may be with an edit of an answer that is being written. Where many answers have just
begun, they may all end soon, so there is none of these edits for some seconds."""
DRAFTS_AT_ONCE = 450.0
DRAFTS_PER_SECOND = 0.125
"""Together 900 in an hour, half of the 1,800 calls that a conversation has in it."""
MARGIN = 0.05
"""Seconds that a call may be faster on its way than the one before it."""
MOST = 4_096
"""Conversations and tenants that are remembered; the least recently used is forgotten."""


class Bookings:
    """The calls of the last moments and of the next ones, in one conversation or tenant.

    :param now: seconds on a clock that never goes back.
    """

    def __init__(self, now: Callable[[], float], windows: Sequence[Window]) -> None:
        self._now = now
        self._windows = windows
        self._longest = max(span for _, span in windows)
        self._moments: list[float] = []
        self._free_at = 0.0
        self._drafts, self._filled_at = DRAFTS_AT_ONCE, now()

    def earliest(self, at: float, windows: Sequence[Window] | None = None) -> float:
        """The first moment from ``at`` on at which each of the windows has room for a call."""
        at = max(at, self._free_at)
        while blocked := self._blocked_until(at, windows or self._windows):
            at = blocked
        return at

    def book(self, at: float) -> None:
        """Count a call that is made then."""
        forgotten = self._now() - self._longest
        self._moments = [moment for moment in self._moments if moment > forgotten]
        insort(self._moments, at)

    def refused(self, seconds: float) -> None:
        """Teams has refused a call and takes none for so many seconds."""
        self._free_at = max(self._free_at, self._now() + seconds)

    def spend_draft(self) -> float:
        """Seconds until the hour has room for an edit of a draft; 0 spends it."""
        now = self._now()
        grown = self._drafts + (now - self._filled_at) * DRAFTS_PER_SECOND
        self._drafts, self._filled_at = min(grown, DRAFTS_AT_ONCE), now
        if self._drafts < 1:
            return (1 - self._drafts) / DRAFTS_PER_SECOND
        self._drafts -= 1
        return 0.0

    def _blocked_until(self, at: float, windows: Sequence[Window]) -> float:
        """When to look again, because a window around ``at`` is full; 0 when none is."""
        for calls, span in windows:
            near = [moment for moment in self._moments if at - span < moment < at + span]
            if len(near) >= calls:
                return near[0] + span + MARGIN
        return 0.0


@dataclass(frozen=True, slots=True)
class ConversationLimits:
    """What one conversation lets us do, within what its tenant does."""

    conversation: Bookings
    tenant: Bookings
    now: Callable[[], float]

    def wait(self, longest: float, *, ahead: bool) -> float:
        """Seconds until a call has room, for which it is booked unless they are too many.

        :param ahead: it is booked for later, too; else only where there is room now.
        """
        now = at = self.now()
        while (later := self.tenant.earliest(self.conversation.earliest(at))) > at:
            at = later
        if at - now <= (longest if ahead else 0.0):
            self._book(at)
        return at - now

    def draft_wait(self) -> float:
        """Seconds until an answer that is being written may be edited; 0 books the edit."""
        now = self.now()
        here = self.conversation.earliest(now, CONVERSATION_WITH_DRAFTS)
        at = max(here, self.tenant.earliest(now, TENANT_WITH_DRAFTS))
        wait = at - now or self.conversation.spend_draft()
        if wait <= 0:
            self._book(now)
        return wait

    def refused(self, seconds: float) -> None:
        """Teams has refused a call in this conversation and takes none for so many seconds."""
        self.conversation.refused(seconds)

    def _book(self, at: float) -> None:
        self.conversation.book(at)
        self.tenant.book(at)


class RateLimits:
    """Those of every conversation and tenant, shared by all answers in them."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._known: OrderedDict[tuple[str, str], Bookings] = OrderedDict()

    def of(self, tenant: str, conversation: str) -> ConversationLimits:
        """One conversation's; an empty name is that of conversations which are to be opened."""
        return ConversationLimits(
            self._bookings(tenant, f"in {conversation}", CONVERSATION),
            self._bookings(tenant, "", TENANT),
            self._now,
        )

    def _bookings(self, tenant: str, place: str, windows: Sequence[Window]) -> Bookings:
        found = self._known.setdefault((tenant, place), Bookings(self._now, windows))
        self._known.move_to_end((tenant, place))
        if len(self._known) > MOST:
            self._known.popitem(last=False)
        return found
