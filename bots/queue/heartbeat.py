"""The heartbeat by which what is being worked on isn't delivered to somebody else meanwhile."""

import asyncio
import logging
import time
from collections.abc import Collection
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from bots.errors import Superseded
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# A delivery is hidden this long, renewed by heartbeat while it is being worked on.
VISIBLE_AFTER = 30
HEARTBEAT = 10
LONGEST_CALL = 10
"""Seconds: a call to a platform ends by then, so it has arrived before the lease is over."""
AFTER_FAILURE = 1
BATCH = 10
"""Messages of one call (ChangeMessageVisibilityBatch, SQS API reference)."""

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Visibility:
    """How long the messages of a queue stay hidden (ChangeMessageVisibility, SQS API reference)."""

    def __init__(self, sqs: "SQSClient", call: Executor, url: str) -> None:
        self._sqs = sqs
        self._call = call
        self._url = url

    async def heartbeat(self, held: "Collection[DeliveryLease]") -> None:
        """Renew the leases until cancelled; what is held changes meanwhile."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            await asyncio.gather(*(self.renew(leases) for leases in _batches(held)))

    async def renew(self, leases: "list[DeliveryLease]") -> None:
        """Keep the messages of at most ten leases hidden for their whole time once more."""
        asked_at = time.time()
        lost = await self._hide([lease.message for lease in leases], VISIBLE_AFTER)
        if lost is None:
            return
        for index, lease in enumerate(leases):
            lease.lost = lease.lost or index in lost
            lease.until = asked_at + VISIBLE_AFTER

    async def hide(self, messages: Collection[Any], seconds: int) -> None:
        """Keep the messages from being delivered for so long."""
        await asyncio.gather(*(self._hide(batch, seconds) for batch in _batches(messages)))

    async def _hide(self, messages: list[Any], seconds: int) -> set[int] | None:
        """The places of those that aren't ours any more; None when the queue doesn't answer."""
        entries = [
            {
                "Id": str(index),
                "ReceiptHandle": message["ReceiptHandle"],
                "VisibilityTimeout": seconds,
            }
            for index, message in enumerate(messages)
        ]
        try:
            answer = await self._call(
                self._sqs.change_message_visibility_batch,
                QueueUrl=self._url,
                Entries=entries,  # type: ignore[arg-type]
            )
        except (BotoCoreError, ClientError) as error:
            _log.warning("deliveries could not be extended: %s", type(error).__name__)
            return None
        return {int(entry["Id"]) for entry in answer.get("Failed", [])}


class DeliveryLease:
    """How long a message is certainly this worker's; implements :class:`bots.platform.Lease`.

    The queue hides it from everybody else for as long, and refuses a receipt handle whose time is
    over (SQS developer guide, "FIFO queue delivery logic"). Ours begins when the call is sent,
    which is before the queue's, and is told by the wall clock, which goes on while a machine is
    paused.

    :ivar until: in seconds since 1970.
    :ivar lost: the queue doesn't know the receipt handle any more.
    :param asked_at: when the message was asked for.
    """

    def __init__(self, visibility: Visibility, message: Any, asked_at: float) -> None:
        self.message = message
        self.until = asked_at + VISIBLE_AFTER
        self.lost = False
        self._visibility = visibility

    async def hold(self) -> None:
        """Return when enough of it is left for one call to the outside.

        :raises Superseded: when it is over.
        """
        while (left := self._seconds_left()) < LONGEST_CALL:
            if left <= 0:
                raise Superseded("the delivery isn't ours any more")
            before = self.until
            await self._visibility.renew([self])
            if self.until == before:  # the queue didn't answer
                await asyncio.sleep(AFTER_FAILURE)

    def _seconds_left(self) -> float:
        return 0.0 if self.lost else self.until - time.time()


def _batches(items: Collection[T]) -> list[list[T]]:
    listed = list(items)
    return [listed[first : first + BATCH] for first in range(0, len(listed), BATCH)]
