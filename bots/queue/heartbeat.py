"""The heartbeat by which what is being worked on isn't delivered to somebody else meanwhile."""

import asyncio
import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

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

_log = logging.getLogger(__name__)


class Visibility:
    """How long the messages of a queue stay hidden (ChangeMessageVisibility, SQS API reference)."""

    def __init__(self, sqs: "SQSClient", call: Executor, url: str) -> None:
        self._sqs = sqs
        self._call = call
        self._url = url

    async def hide(self, messages: Sequence[Any], seconds: int) -> set[str] | None:
        """Keep the messages from being delivered for so long.

        The receipt handles that are not held any more; None when the queue didn't answer.
        """
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
        failed = {int(entry["Id"]) for entry in answer.get("Failed", [])}
        return {entries[index]["ReceiptHandle"] for index in failed}


class DeliveryLease:
    """How long the messages of one group are certainly this worker's; implements ``Lease``.

    The queue hides them from everybody else for as long, and refuses a receipt handle whose time is
    over (SQS developer guide, "FIFO queue delivery logic"). Ours begins when the call is sent,
    which is before the queue's, and is told by the wall clock, which goes on while a machine is
    paused.

    :param messages: those that are not yet done; the list shrinks meanwhile.
    :param asked_at: when they were asked for, in seconds since 1970.
    """

    def __init__(self, visibility: Visibility, messages: list[Any], asked_at: float) -> None:
        self._visibility = visibility
        self._messages = messages
        self._until = asked_at + VISIBLE_AFTER

    async def beat(self) -> None:
        """Renew it until cancelled."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            await self._renew()

    async def hold(self) -> None:
        """Return when enough of it is left for one call to the outside.

        :raises Superseded: when it is over.
        """
        while (left := self._until - time.time()) < LONGEST_CALL:
            if left <= 0 or not await self._renew():
                raise Superseded("the delivery isn't ours any more")

    async def _renew(self) -> bool:
        """False when the message that is worked on is certainly not ours any more."""
        if not self._messages:
            return True
        asked_at, first = time.time(), self._messages[0]["ReceiptHandle"]
        lost = await self._visibility.hide(self._messages, VISIBLE_AFTER)
        if lost is None:
            await asyncio.sleep(AFTER_FAILURE)
        elif first in lost:
            return False
        else:
            self._until = asked_at + VISIBLE_AFTER
        return True
