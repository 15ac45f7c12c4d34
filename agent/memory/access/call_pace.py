"""Calls below AWS's quotas, one after the other, slower while the account is throttled."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from botocore.exceptions import ClientError

from agent.memory.access.throttling import is_throttling

T = TypeVar("T")

SLOWEST = 32.0
"""How many times slower than usual it gets."""
RECOVERY = 0.9
"""After each call that is let through the pause gets so much shorter, down to the usual one."""


class TooSlowError(Exception):
    """What is to be done can't be done in the time there is."""


class Pace:
    """When the next call of one kind may leave.

    :param per_second: how many, while nothing is throttled.
    """

    def __init__(self, per_second: float) -> None:
        self._pause = 1 / per_second
        self._slower = 1.0
        self.next = 0.0

    def taken(self, now: float) -> None:
        """A call leaves now."""
        self.next = now + self._pause * self._slower

    def throttled(self, now: float) -> None:
        """Be half as fast from here."""
        self._slower = min(SLOWEST, self._slower * 2)
        self.taken(now)

    def went_through(self) -> None:
        """Be a little faster again."""
        self._slower = max(1.0, self._slower * RECOVERY)


class PacedCalls:
    """Calls of one thread, until a time is over.

    :param until: by ``clock``; in seconds.
    """

    def __init__(
        self,
        until: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._until = until
        self._clock = clock
        self._sleep = sleep

    def make(self, paces: Sequence[Pace], call: Callable[[], T]) -> T:
        """Make a call when each of ``paces`` lets it leave; again where AWS throttles it.

        :raises TooSlowError: when it can't leave, or is throttled, until the time is over.
        :raises botocore.exceptions.ClientError: when AWS refuses it for another reason.
        """
        while True:
            self._wait(max(pace.next for pace in paces))
            for pace in paces:
                pace.taken(self._clock())
            try:
                result = call()
            except ClientError as error:
                if not is_throttling(error):
                    raise
                for pace in paces:
                    pace.throttled(self._clock())
                continue
            for pace in paces:
                pace.went_through()
            return result

    def _wait(self, leaves: float) -> None:
        now = self._clock()
        if max(leaves, now) >= self._until:
            raise TooSlowError
        if leaves > now:
            self._sleep(leaves - now)
