"""How much the Bot Connector takes at once.

"Per bot per thread limit" and "Per app per tenant" of "Optimize your bot with rate limiting in
Teams" (learn.microsoft.com, /microsoftteams/platform/bots/how-to/rate-limit). Microsoft calls its
numbers estimates that may change; "all requests are subject to the same rate limiting policy", so
edits count like posts.
"""

import math
from collections import defaultdict, deque
from collections.abc import Callable

# Operations within seconds, in one conversation.
THREAD = ((7, 1.0), (8, 2.0), (60, 30.0), (1_800, 3_600.0))
TENANT = ((50, 1.0),)


class RateLimits:
    """Counts calls by conversation and all together.

    :param now: the clock in seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._taken: defaultdict[tuple[str, int], deque[float]] = defaultdict(deque)

    def take(self, conversation: str) -> int:
        """Count one call; returns the seconds to wait when it is too many, which isn't counted."""
        now = self._now()
        counted = [(calls, span, self._taken[conversation, calls]) for calls, span in THREAD]
        counted += [(calls, span, self._taken["", calls]) for calls, span in TENANT]
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
