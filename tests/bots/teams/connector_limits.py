"""How much the Bot Connector takes at once.

The page calls its numbers estimates that may change, and says that all requests are subject to the
same policy: edits count like posts. Each kind of call has a count of its own. Compared with the
page on 2026-11-27; its older versions say 30 requests a second for a tenant instead of 50.
"""

import math
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

Kind = Literal["send", "members"]

# "Per bot per thread limit": operations within seconds, in one conversation. Creating one has the
# numbers of sending to it.
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit#per-bot-per-thread-limit
THREAD: Mapping[Kind, Sequence[tuple[int, float]]] = {
    "send": ((7, 1.0), (8, 2.0), (60, 30.0), (1_800, 3_600.0)),
    "members": ((14, 1.0), (16, 2.0), (120, 30.0), (3_600, 3_600.0)),
}
# "The global limit per app per tenant is 50 Requests Per Second": the same page and section.
TENANT: Sequence[tuple[int, float]] = ((50, 1.0),)


class RateLimits:
    """Counts calls by conversation and all together.

    :param now: the clock in seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._taken: defaultdict[tuple[str, int], deque[float]] = defaultdict(deque)

    def take(self, conversation: str, kind: Kind = "send") -> int:
        """Count one call; returns the seconds to wait when it is too many, which isn't counted."""
        now = self._now()
        place = f"{kind} {conversation}"
        counted = [(calls, span, self._taken[place, calls]) for calls, span in THREAD[kind]]
        counted += [(calls, span, self._taken["tenant", calls]) for calls, span in TENANT]
        waits = []
        for calls, span, taken in counted:
            while taken and taken[0] <= now - span:
                taken.popleft()
            waits.append(taken[-calls] + span - now if len(taken) >= calls else 0.0)
        if max(waits) > 0:
            return math.ceil(max(waits))
        for _, _, taken in counted:
            taken.append(now)
        return 0
