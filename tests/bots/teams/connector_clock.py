"""The clock of a Teams in a test: as fast as the test wants it, and moved by it."""

import time


class Clock:
    """Seconds that never go back.

    :param rate: how many of them pass in a real one.
    """

    def __init__(self, rate: float = 1.0) -> None:
        self._rate = rate
        self._since, self._until = time.monotonic(), 0.0

    def now(self) -> float:
        return self._until + (time.monotonic() - self._since) * self._rate

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._until += seconds

    def stop(self) -> None:
        """From now on it only goes on by :meth:`advance`."""
        self._until, self._rate = self.now(), 0.0
