"""What happens to an accepted event: its platform reads it, the handler answers it."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bots.errors import InstallationRefused
from bots.platform import Accepted, Lease, Platform, Turn
from bots.turn.ledger import Ledger
from identity.people import PlatformName

AnswerTurn = Callable[[Turn, Platform, Lease], Awaitable[bool | None]]

_log = logging.getLogger(__name__)


class Handler(Protocol):
    """What is done about a turn."""

    @property
    def ledger(self) -> Ledger:
        """How far each turn has come."""

    async def answer(self, turn: Turn, platform: Platform, lease: Lease) -> bool | None:
        """Answer it; whether it was answered just now."""

    async def apologise(self, turn: Turn, platform: Platform, lease: Lease) -> None:
        """Tell its asker that the inbox has given up on it."""


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Leads accepted events to their platforms."""

    platforms: Mapping[PlatformName, Platform]
    handler: Handler

    async def answer(self, accepted: Accepted, lease: Lease) -> None:
        """Work on an event from the inbox."""
        await self._dispatch(accepted, lease, self.handler.answer)

    async def apologise(self, accepted: Accepted, lease: Lease) -> None:
        """Work on an event that the inbox has given up on."""
        await self._dispatch(accepted, lease, self.handler.apologise)

    async def give_up(self, accepted: Accepted) -> None:
        """Let an event be answered no more; the platform may have sent it more than once."""
        await self.handler.ledger.give_up(f"{accepted.platform}:{accepted.event_id}")

    async def _dispatch(self, accepted: Accepted, lease: Lease, answer: AnswerTurn) -> None:
        platform = self.platforms[accepted.platform]
        try:
            await platform.dispatch(accepted, lambda turn: answer(turn, platform, lease))
        except InstallationRefused as error:  # of a question that would be its handler's to hold
            name = f"{accepted.platform} event {accepted.event_id}"
            _log.warning("%s isn't answered: %s", name, error)
