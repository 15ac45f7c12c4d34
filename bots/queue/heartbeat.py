"""The heartbeat by which what is being worked on isn't delivered to somebody else meanwhile."""

import asyncio
import logging
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# A delivery is hidden this long, renewed by heartbeat while it is being worked on.
VISIBLE_AFTER = 30
HEARTBEAT = 10
BATCH = 10
"""Messages of one call (ChangeMessageVisibilityBatch, SQS API reference)."""

_log = logging.getLogger(__name__)


class Visibility:
    """How long the messages of a queue stay hidden (ChangeMessageVisibility, SQS API reference)."""

    def __init__(self, sqs: "SQSClient", call: Executor, url: str) -> None:
        self._sqs = sqs
        self._call = call
        self._url = url

    async def heartbeat(self, held: Collection[Any]) -> None:
        """Keep the messages hidden until cancelled; what is held changes meanwhile."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            await self.hide(held, VISIBLE_AFTER)

    async def hide(self, messages: Collection[Any], seconds: int) -> None:
        """Keep the messages from being delivered for so long."""
        listed = list(messages)
        batches = [listed[first : first + BATCH] for first in range(0, len(listed), BATCH)]
        await asyncio.gather(*(self._hide(batch, seconds) for batch in batches))

    async def _hide(self, messages: list[Any], seconds: int) -> None:
        entries = [
            {
                "Id": str(index),
                "ReceiptHandle": message["ReceiptHandle"],
                "VisibilityTimeout": seconds,
            }
            for index, message in enumerate(messages)
        ]
        try:
            await self._call(
                self._sqs.change_message_visibility_batch,
                QueueUrl=self._url,
                Entries=entries,  # type: ignore[arg-type]
            )
        except (BotoCoreError, ClientError) as error:
            _log.warning("deliveries could not be extended: %s", type(error).__name__)
