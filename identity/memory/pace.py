"""Calls at a pace that leaves room below AWS's quotas, slower while the account is throttled."""

import asyncio
from collections.abc import Callable, Sequence
from typing import ParamSpec, TypeVar

from botocore.exceptions import ClientError

from identity.errors import MemoryUnavailable
from identity.executor import Executor

P = ParamSpec("P")
T = TypeVar("T")

THROTTLED = frozenset({"ThrottledException", "ThrottlingException"})
SLOWEST = 32.0
"""How many times slower than usual it gets."""

RECOVERY = 0.95
"""After each call that is let through the pace comes so much nearer to the usual one."""

ATTEMPTS = 20
"""Of one call; with the slowest pace they are some minutes."""


class Pace:
    """When the next call may leave.

    :param per_second: how many, while nothing is throttled.
    """

    def __init__(self, per_second: float) -> None:
        self._pause = 1 / per_second
        self._slower = 1.0
        self._next = 0.0

    async def turn(self) -> None:
        """Wait for one's turn; turns are given in the order of asking."""
        now = asyncio.get_running_loop().time()
        at = max(now, self._next)
        self._next = at + self._pause * self._slower
        if at > now:
            await asyncio.sleep(at - now)

    def throttled(self) -> None:
        """Be half as fast from here."""
        self._slower = min(SLOWEST, self._slower * 2)
        now = asyncio.get_running_loop().time()
        self._next = max(self._next, now + self._pause * self._slower)

    def went_through(self) -> None:
        """Be a little faster again."""
        self._slower = max(1.0, self._slower * RECOVERY)


async def paced(
    paces: Sequence[Pace],
    execute: Executor,
    function: Callable[P, T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """Make a blocking call when each of ``paces`` gives a turn; again where AWS throttles it.

    :raises MemoryUnavailable: when it is throttled for minutes.
    :raises botocore.exceptions.ClientError: when AWS refuses it for another reason.
    """
    for _ in range(ATTEMPTS):
        for pace in paces:
            await pace.turn()
        try:
            result = await execute(function, *args, **kwargs)
        except ClientError as error:
            if error.response["Error"]["Code"] not in THROTTLED:
                raise
            for pace in paces:
                pace.throttled()
            continue
        for pace in paces:
            pace.went_through()
        return result
    raise MemoryUnavailable("throttled for minutes")
