"""The heartbeat by which what is being worked on isn't delivered to somebody else meanwhile."""

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# A delivery is hidden this long, renewed by heartbeat while it is being worked on.
VISIBLE_AFTER = 30
HEARTBEAT = 10

_log = logging.getLogger(__name__)


class Visibility:
    """How long the messages of a queue stay hidden (ChangeMessageVisibility, SQS API reference)."""

    def __init__(self, sqs: "SQSClient", call: Executor, url: str) -> None:
        self._sqs = sqs
        self._call = call
        self._url = url

    async def heartbeat(self, messages: list[Any]) -> None:
        """Keep the messages hidden until cancelled; the list may shrink meanwhile."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            await self.hide(messages, VISIBLE_AFTER)

    async def hide(self, messages: list[Any], seconds: int) -> None:
        """Keep the messages from being delivered for so long."""
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
