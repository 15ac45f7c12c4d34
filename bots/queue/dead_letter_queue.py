"""The dead-letter queue: what the inbox has given up on goes there, to be apologised for."""

from typing import TYPE_CHECKING, Any

from bots import trace
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class DeadLetters:
    """Takes messages over from the inbox, once each."""

    def __init__(self, sqs: "SQSClient", call: Executor, url: str) -> None:
        self._sqs = sqs
        self._call = call
        self._url = url

    async def take(self, message: Any) -> None:
        """Keep ``message``, with the trace that came with it."""
        attributes = message.get("MessageAttributes", {})
        await self._call(
            self._sqs.send_message,
            QueueUrl=self._url,
            MessageBody=message["Body"],
            MessageGroupId=message["Attributes"]["MessageGroupId"],
            MessageDeduplicationId=message["MessageId"],
            MessageAttributes={
                name: {"DataType": "String", "StringValue": attributes[name]["StringValue"]}
                for name in trace.FIELDS
                if name in attributes
            },
        )
