"""All that is taken at once, in one place: what a payload is about decides who takes it."""

from collections.abc import Sequence
from typing import Protocol

from bots.slack.beside_queue.payload_fields import Payload


class TakesPayload(Protocol):
    """Takes the payloads that are for it."""

    async def take(self, payload: Payload) -> bool:
        """Whether the payload was for it; it is done by then.

        :raises RequestRefused: when Slack shall send it again, or should not have sent it.
        """


class Acts:
    """Asks one after the other."""

    def __init__(self, takers: Sequence[TakesPayload]) -> None:
        self._takers = takers

    async def take(self, payload: Payload) -> bool:
        """Whether one of them has taken the payload."""
        for taker in self._takers:
            if await taker.take(payload):
                return True
        return False
