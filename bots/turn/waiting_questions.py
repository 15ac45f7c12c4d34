"""What people asked before they were linked, put into the inbox once they are."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bots.errors import PlatformError, PlatformUnavailable, reason
from bots.platform import Accepted, Platform
from bots.queue.inbox import Inbox
from bots.turn.ledger import Ledger
from identity.linking.link_outbox import LinkOutbox
from identity.linking.link_receipt import Receipts
from identity.links import Link
from identity.people import PlatformName

# The person who has just linked waits for their page as long as for the receipt.
RECEIPT_SECONDS = 10.0

LOOK_SECONDS = 15.0
"""Between two looks into the outbox, for links whose process has died."""

INDEX_LAG = timedelta(seconds=20)
"""A question that began to wait just before the link may not be in the index yet: look again."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WaitingQuestions:
    """Tells a chat user that they were linked, then queues what they had asked before.

    All of it may be done again, after any part of it: the outbox lets one process at a time work on
    a link, the queue drops what it had, and the ledger answers each question once.
    """

    platforms: Mapping[PlatformName, Platform]
    ledger: Ledger
    inbox: Inbox
    receipts: Receipts
    outbox: LinkOutbox

    async def queue(self, link: Link) -> None:
        """Queue what waits for ``link``, unless another process is at it.

        :raises InboxUnavailable: when the queue takes nothing; the link stays in the outbox.
        """
        if not await self.outbox.claim(link):
            return
        waiting = await self.ledger.waiting(link.chat_user)
        if waiting and link.chat_user.platform != "web" and not link.receipt_sent:
            await self._receipt(waiting[0].accepted, link)
        for question in waiting:
            await self.inbox.put(question.accepted, again=question.since)
        if datetime.now(UTC) - link.linked_at > INDEX_LAG:
            await self.outbox.done(link)

    @asynccontextmanager
    async def queueing(self) -> AsyncIterator[None]:
        """Look into the outbox now and again while the block runs."""
        looking = asyncio.create_task(self._keep_looking())
        try:
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking

    async def _keep_looking(self) -> None:
        while True:
            try:
                for link in await self.outbox.due():
                    await self._queue_or_drop(link)
            except Exception as error:  # noqa: BLE001 - the next look may go well
                _log.warning("the outbox of links can't be read: %s", reason(error))
            await asyncio.sleep(LOOK_SECONDS)

    async def _queue_or_drop(self, link: Link) -> None:
        try:
            if link.state == "active":
                await self.queue(link)
            else:
                await self.outbox.done(link)
        except Exception as error:  # noqa: BLE001 - what waits for others is queued all the same
            _log.warning("what waits for a link can't be queued now: %s", reason(error))

    async def _receipt(self, accepted: Accepted, link: Link) -> None:
        """Tell it where the first question was asked, and to its asker alone; never twice.

        It is noted before: who dies then leaves open whether the chat took it.
        """
        try:
            async with asyncio.timeout(RECEIPT_SECONDS):
                sentence = await self.receipts.write(link)
                if await self.outbox.begin_receipt(link):
                    await self._tell(accepted, link, sentence)
        except Exception as error:  # noqa: BLE001 - whatever it is, the answers must not fail by it
            _log.warning("a receipt could not be shown: %s", reason(error))

    async def _tell(self, accepted: Accepted, link: Link, sentence: str) -> None:
        platform = self.platforms[accepted.platform]
        try:
            await platform.dispatch(accepted, lambda turn: platform.notify(turn, sentence))
        except PlatformError as error:
            if not (isinstance(error, PlatformUnavailable) and error.taken):
                await self.outbox.take_back_receipt(link)
            raise
