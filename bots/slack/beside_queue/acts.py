"""All that is taken at once, in one place: what a payload is about decides who takes it."""

from collections.abc import Awaitable, Callable, Sequence

from bots.slack.beside_queue.payload_fields import Payload

Take = Callable[[Payload], Awaitable[bool]]
"""Whether a payload was for it; it is done by then. It may raise
:class:`~bots.errors.RequestRefused`, when Slack shall send it again or should not have sent it."""


class Acts:
    """Asks one after the other."""

    def __init__(self, takers: Sequence[Take]) -> None:
        self._takers = takers

    async def take(self, payload: Payload) -> bool:
        """Whether one of them has taken the payload."""
        for take in self._takers:
            if await take(payload):
                return True
        return False
