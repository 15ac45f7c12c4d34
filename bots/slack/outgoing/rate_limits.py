"""How often this workspace lets us call: what Slack has said, and what we may spend ourselves.

What shows an answer while it is written is worth less than what ends it. So each such kind of call
has a budget well below Slack's own, and the rest is for the ends: an edit (``chat.update`` is Tier
3: fifty a minute) ends an answer, and so does sealing its stream (``chat.stopStream``, Tier 2:
twenty), or moving its thread's session (``agents.sessions.setStatus``, Tier 3).
"""

import time
from collections.abc import Callable

DRAFTS_AT_ONCE, DRAFTS_PER_SECOND = 3, 0.5
APPENDS_AT_ONCE, APPENDS_PER_SECOND = 5, 1.4
STREAMS_AT_ONCE, STREAMS_PER_SECOND = 5, 0.2
SESSIONS_AT_ONCE, SESSIONS_PER_SECOND = 5, 0.25

UPDATE, APPEND = "chat.update", "chat.appendStream"


class Budget:
    """Calls that may be made, so many at once and so many a second.

    :param now: seconds on a clock that never goes back.
    """

    def __init__(self, at_once: int, per_second: float, now: Callable[[], float]) -> None:
        self._at_once = at_once
        self._per_second = per_second
        self._now = now
        self._left = float(at_once)
        self._filled_at = now()

    def wait(self) -> float:
        """Seconds until there is one."""
        self._fill()
        return max(0.0, (1.0 - self._left) / self._per_second)

    def spend(self) -> None:
        """One is made, whether there was one or not: those of others have to wait for it."""
        self._fill()
        # Slack forgets a call after a minute, and so does what one can take from the others.
        self._left = max(self._left - 1, -60 * self._per_second)

    def _fill(self) -> None:
        now = self._now()
        grown = self._left + (now - self._filled_at) * self._per_second
        self._left, self._filled_at = min(grown, float(self._at_once)), now


class RateLimits:
    """One workspace's.

    :param now: seconds on a clock that never goes back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._free_at: dict[str, float] = {}
        self._drafts = Budget(DRAFTS_AT_ONCE, DRAFTS_PER_SECOND, now)
        self._appends = Budget(APPENDS_AT_ONCE, APPENDS_PER_SECOND, now)
        self._streams = Budget(STREAMS_AT_ONCE, STREAMS_PER_SECOND, now)
        self._sessions = Budget(SESSIONS_AT_ONCE, SESSIONS_PER_SECOND, now)

    def wait(self, method: str) -> float:
        """Seconds until Slack takes the next call of ``method``; 0 when it does now."""
        return max(0.0, self._free_at.get(method, 0.0) - self._now())

    def refused(self, method: str, seconds: float) -> None:
        """Slack has refused a call and takes none for so many seconds."""
        now = self._now()
        self._free_at = {name: at for name, at in self._free_at.items() if at > now}
        self._free_at[method] = max(self._free_at.get(method, 0.0), now + seconds)

    def draft_wait(self) -> float:
        """Seconds until an answer that is being written may be edited; 0 spends the edit."""
        return self._wait(UPDATE, self._drafts)

    def append_wait(self) -> float:
        """The same for what is appended to a stream."""
        return self._wait(APPEND, self._appends)

    def stream_wait(self) -> float:
        """The same for beginning a stream, which has to be sealed as well."""
        return self._wait("chat.startStream", self._streams)

    def session_wait(self) -> float:
        """The same for saying that a session is at work, which has to be said to be over too."""
        return self._wait("agents.sessions.setStatus", self._sessions)

    def ended(self) -> None:
        """An edit that ends an answer is made: those of others have to wait for it."""
        self._drafts.spend()

    def _wait(self, method: str, budget: Budget) -> float:
        if (wait := max(self.wait(method), budget.wait())) > 0:
            return wait
        budget.spend()
        return 0.0
