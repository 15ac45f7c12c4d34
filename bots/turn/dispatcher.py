"""What happens to an accepted event: its platform reads it, the handler answers it."""

from collections.abc import Mapping
from dataclasses import dataclass

from bots.platform import Accepted, Lease, Platform
from bots.turn.handler import TurnHandler
from identity.people import PlatformName


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Leads accepted events to their platforms."""

    platforms: Mapping[PlatformName, Platform]
    handler: TurnHandler

    async def answer(self, accepted: Accepted, lease: Lease) -> None:
        """Work on an event from the inbox."""
        platform = self.platforms[accepted.platform]
        await platform.dispatch(accepted, lambda turn: self.handler.answer(turn, platform, lease))

    async def apologise(self, accepted: Accepted, lease: Lease) -> None:
        """Work on an event that the inbox has given up on."""
        platform = self.platforms[accepted.platform]
        await platform.dispatch(
            accepted, lambda turn: self.handler.apologise(turn, platform, lease)
        )

    async def give_up(self, accepted: Accepted) -> None:
        """Let an event be answered no more; the platform may have sent it more than once."""
        await self.handler.ledger.give_up(f"{accepted.platform}:{accepted.event_id}")
