"""How often each method may be called: Slack's tiers, by method and workspace.

The numbers are of https://docs.slack.dev/apis/web-api/rate-limits and of each method's own page,
compared on 2026-11-27, the tiers of ``agents.sessions``, ``chat`` and ``conversations`` also with
those that a client of all methods follows (``src/api`` of abdolence/slack-morphism-rust).
Slack promises them as a minimum and tolerates bursts without saying how large; a double that
tolerates more than is promised would hide what breaks on a bad day, so here they are the maximum.
"""

import math
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass

from bizassist.local.slack.clock import Clock
from bizassist.local.slack.errors import SlackError


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``calls`` within ``seconds``, one at least.

    :param by_channel: counted for each channel by itself.
    :raises ValueError: for fewer.
    """

    calls: int
    seconds: float = 60.0
    by_channel: bool = False

    def __post_init__(self) -> None:
        if self.calls < 1:
            raise ValueError("a method that can't be called is what a fault is for")


TIER_2, TIER_3, TIER_4 = Limit(20), Limit(50), Limit(100)

LIMITS: dict[str, tuple[Limit, ...]] = {
    "agents.sessions.rename": (TIER_3,),
    "agents.sessions.setStatus": (TIER_3,),
    # "Special rate limits apply": no number on its page; held to Tier 4.
    "assistant.threads.setStatus": (TIER_4,),
    "assistant.threads.setSuggestedPrompts": (TIER_4,),
    # "Special": "hundreds of requests per minute".
    "auth.test": (Limit(200),),
    "chat.appendStream": (TIER_4,),
    "chat.delete": (TIER_3,),
    "chat.postEphemeral": (TIER_4,),
    # One a second in a channel, "short bursts" allowed: five within five seconds. "Several
    # hundred" a minute in a workspace.
    "chat.postMessage": (Limit(5, 5.0, by_channel=True), Limit(300)),
    "chat.startStream": (TIER_2,),
    "chat.stopStream": (TIER_2,),
    "chat.update": (TIER_3,),
    # Tier 3 for an internal app; one a minute for one that is sold outside Slack's Marketplace.
    "conversations.history": (TIER_3,),
    "conversations.info": (TIER_3,),
    "conversations.open": (TIER_3,),
    "conversations.replies": (TIER_3,),
    "reactions.add": (TIER_3,),
    "team.info": (TIER_3,),
    "users.info": (TIER_4,),
    "views.open": (TIER_4,),
    "views.publish": (TIER_4,),
}


class RateLimits:
    """Counts the calls of one workspace.

    :ivar on: whether they are refused when they are too many.
    :ivar limits: by method; a test may change them.
    """

    def __init__(
        self, clock: Clock, *, on: bool = True, limits: Mapping[str, tuple[Limit, ...]] = LIMITS
    ) -> None:
        self.on = on
        self.limits = dict(limits)
        self._clock = clock
        self._taken: defaultdict[tuple[str, Limit, str], deque[float]] = defaultdict(deque)

    def take(self, method: str, channel: str) -> None:
        """Count one call.

        :raises SlackError: ``ratelimited`` with status 429; a refused call is not counted.
        """
        if not self.on:
            return
        now = self._clock.now()
        spans = [
            (limit, self._taken[method, limit, channel if limit.by_channel else ""])
            for limit in self.limits.get(method, ())
        ]
        waits = [_wait(limit, taken, now) for limit, taken in spans]
        if (wait := max(waits, default=0.0)) > 0:
            raise SlackError("ratelimited", status=429, retry_after=math.ceil(wait))
        for _, taken in spans:
            taken.append(now)


def _wait(limit: Limit, taken: deque[float], now: float) -> float:
    """Seconds until one more call fits; 0 when it fits now."""
    while taken and taken[0] <= now - limit.seconds:
        taken.popleft()
    if len(taken) < limit.calls:
        return 0.0
    return taken[len(taken) - limit.calls] + limit.seconds - now
