"""The time that passes in this workspace."""

import time


class Clock:
    """The machine's seconds, and those that a test lets pass besides."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Seconds since some moment; never fewer than before."""
        return time.monotonic() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass at once."""
        self._ahead += max(seconds, 0.0)
