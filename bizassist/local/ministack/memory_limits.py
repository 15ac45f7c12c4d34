"""AgentCore Memory's quotas and the lag of its listings, as AWS has both and MiniStack has neither.

The numbers are those of "Quotas for Amazon Bedrock AgentCore" (AgentCore developer guide, read in
November 2026): requests a second in an account, and of one actor and session. A deleted record or
event is gone for whoever asks for it by its id, and stays listed for a while; what is new is listed
after the same while.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

CONVERSATIONAL = "CreateEvent, conversational"
ACCOUNT = {
    "CreateEvent": 200.0,
    "ListEvents": 200.0,
    "DeleteEvent": 20.0,
    "RetrieveMemoryRecords": 30.0,
    "ListMemoryRecords": 30.0,
}
OTHER = 20.0
"""Of every other call, each counted by itself."""

SESSION = {CONVERSATIONAL: 5.0, "CreateEvent": 10.0, "DeleteEvent": 5.0, "ListEvents": 20.0}
MOST_SECONDS = 300.0
"""How long a listing has been seen to lag."""

Clock = Callable[[], float]


@dataclass
class _Bucket:
    """A token bucket that holds a second's worth of requests."""

    rate: float
    left: float
    at: float

    def take(self, now: float) -> bool:
        self.left = min(self.rate, self.left + max(0.0, now - self.at) * self.rate)
        self.at = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


@dataclass
class Quotas:
    """Admits so many requests a second of each operation."""

    clock: Clock = time.time
    _buckets: dict[tuple[str, str], _Bucket] = field(default_factory=dict)

    def admits(self, operation: str, session: str = "", *, conversational: bool = False) -> bool:
        """Whether a request is answered; else AWS answers ThrottledException.

        :param session: the actor's and session's names, where the operation is about one.
        """
        kind = CONVERSATIONAL if conversational else operation
        if session and kind in SESSION and not self._take(kind, session, SESSION[kind]):
            return False
        return self._take(operation, "", ACCOUNT.get(operation, OTHER))

    def _take(self, operation: str, scope: str, rate: float) -> bool:
        now = self.clock()
        bucket = self._buckets.setdefault((operation, scope), _Bucket(rate, rate, now))
        return bucket.take(now)


@dataclass
class ListingLag:
    """What listings don't know yet.

    :ivar seconds: how far they are behind; none, unless a test says so.
    """

    clock: Clock = time.time
    seconds: float = 0.0
    _made: dict[str, float] = field(default_factory=dict)
    _gone: dict[str, tuple[float, Callable[[], object]]] = field(default_factory=dict)

    def make(self, id_: str) -> None:
        """Note something new."""
        if self.seconds:
            self._made[id_] = self.clock() + self.seconds

    def is_listed(self, id_: str) -> bool:
        """Whether a listing has heard of it."""
        return self._made.get(id_, 0.0) <= self.clock()

    def delete(self, id_: str, remove: Callable[[], object]) -> None:
        """Have it removed from the listings when they hear of it."""
        self._gone[id_] = (self.clock() + self.seconds, remove)
        self.settle()

    def is_deleted(self, id_: str) -> bool:
        """Whether it is gone for whoever asks for it by its id."""
        return id_ in self._gone

    def settle(self) -> None:
        """Remove what listings have heard of by now."""
        now = self.clock()
        for id_ in [id_ for id_, (until, _) in self._gone.items() if until <= now]:
            _, remove = self._gone.pop(id_)
            remove()
