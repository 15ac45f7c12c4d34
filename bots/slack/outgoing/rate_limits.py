"""How often this workspace lets us call: what Slack has said, and the edits that we may spend.

An edit while an answer is written is worth less than one that ends it. So those share a budget well
below Slack's own (``chat.update`` is Tier 3: fifty a minute), and the rest is for the ends.
"""

import time
from collections.abc import Callable

DRAFTS_AT_ONCE = 3
DRAFTS_PER_SECOND = 0.5

UPDATE = "chat.update"


class RateLimits:
    """One workspace's.

    :param now: seconds on a clock that never goes back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._free_at: dict[str, float] = {}
        self._drafts = float(DRAFTS_AT_ONCE)
        self._filled_at = now()

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
        self._fill()
        wait = max(self.wait(UPDATE), (1.0 - self._drafts) / DRAFTS_PER_SECOND)
        if wait <= 0:
            self._drafts -= 1
            return 0.0
        return wait

    def ended(self) -> None:
        """An edit that ends an answer is made: those of others have to wait for it."""
        self._fill()
        # Slack forgets a call after a minute, and so does what one edit can take from the others.
        self._drafts = max(self._drafts - 1, -60 * DRAFTS_PER_SECOND)

    def _fill(self) -> None:
        now = self._now()
        grown = self._drafts + (now - self._filled_at) * DRAFTS_PER_SECOND
        self._drafts, self._filled_at = min(grown, float(DRAFTS_AT_ONCE)), now
