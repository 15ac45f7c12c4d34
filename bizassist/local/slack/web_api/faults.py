"""What a test wants to go wrong: which call of a method, in which way, how often."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from bizassist.local.slack.errors import SlackError

ANY_METHOD = "*"
RESPONSE_URL = "response_url"
"""In place of a method: a post to a response URL."""


T = TypeVar("T")


class ConnectionBroken(Exception):
    """The caller gets no answer."""


@dataclass(slots=True)
class Fault:
    """What a test wants one method to answer for a while.

    :param method: its name, :data:`RESPONSE_URL`, or ``*`` for any.
    :param error: Slack's word; empty for a call that only takes long, or whose connection breaks.
    :param skip: calls that go well first.
    :param times: calls that it meets.
    :param after: the method does its work first; only its answer is lost.
    :param status: the HTTP status.
    :param retry_after: seconds in ``Retry-After``; a 429 has 1 by itself.
    :param delay: seconds of silence before the answer.
    :param broken: the connection ends without an answer.
    """

    method: str
    error: str = ""
    times: int = 1
    status: int = 200
    after: bool = False
    skip: int = 0
    retry_after: int | None = None
    delay: float = 0.0
    broken: bool = False

    def raise_it(self) -> None:
        """End the call as the test wants it; returns when the call is only slow.

        :raises SlackError: the answer.
        :raises ConnectionBroken: instead of one.
        """
        if self.broken:
            raise ConnectionBroken(self.method)
        if self.error:
            default = 1 if self.status == 429 else None  # noqa: PLR2004
            pause = default if self.retry_after is None else self.retry_after
            raise SlackError(self.error, status=self.status, retry_after=pause)


@dataclass(slots=True)
class Calls:
    """The calls that were made, without their tokens, and the faults to come."""

    made: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, method: str) -> Fault | None:
        """The fault that meets this call, used up by it."""
        for fault in self.faults:
            if fault.method not in {method, ANY_METHOD} or fault.times <= 0:
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.times -= 1
            return fault
        return None

    async def play(self, method: str, work: Callable[[], T]) -> T:
        """Do ``work``, or what a fault makes of it.

        :raises SlackError: as ``work`` does, or as the fault wants.
        :raises ConnectionBroken: when the caller shall get no answer.
        """
        fault = self.fault(method)
        if fault is None:
            return work()
        if fault.after:
            answer = work()
            await asyncio.sleep(fault.delay)
            fault.raise_it()
            return answer
        await asyncio.sleep(fault.delay)
        fault.raise_it()
        return work()

    def note(self, method: str, arguments: dict[str, Any], answer: object) -> None:
        """Write one call down; ``answer`` is None when the caller got none."""
        given = {name: value for name, value in arguments.items() if name != "token"}
        self.made.append({"method": method, "arguments": given, "answer": answer})
