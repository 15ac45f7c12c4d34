"""What happens to an accepted event: its platform reads it, the handler answers it."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from bots.errors import reason
from bots.platform import Accepted, Lease, Platform
from bots.queue.inbox import Inbox
from bots.turn.handler import TurnHandler
from identity.linking.receipts import Receipts
from identity.links import Link
from identity.people import PlatformName

# The person who has just linked waits for their page as long as for the receipt.
RECEIPT_SECONDS = 10.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Leads accepted events to their platforms, and those that waited for a link back there."""

    platforms: Mapping[PlatformName, Platform]
    handler: TurnHandler
    inbox: Inbox
    receipts: Receipts

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

    async def on_linked(self, link: Link, replaced: Link | None) -> None:
        """Tell the chat user that they were linked, then answer what they had asked before."""
        waiting = await self.handler.ledger.waiting(link.chat_user)
        if waiting and link.chat_user.platform != "web":
            await self._receipt(waiting[0].accepted, link, replaced)
        for one in waiting:  # who links twice wakes each wait once
            await self.inbox.put(one.accepted, again=one.since)

    async def _receipt(self, accepted: Accepted, link: Link, replaced: Link | None) -> None:
        """Tell it where the first question was asked, and to its asker alone."""
        try:
            platform = self.platforms[accepted.platform]
            async with asyncio.timeout(RECEIPT_SECONDS):
                sentence = await self.receipts.write(link, replaced)
                await platform.dispatch(accepted, lambda turn: platform.notify(turn, sentence))
        except Exception as error:  # noqa: BLE001 - whatever it is, the answers must not fail by it
            _log.warning("a receipt could not be shown: %s", reason(error))
