"""The dead-letter queue: what the inbox has given up on goes there, to be apologised for."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from bots import trace
from bots.platform import Accepted
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


GiveUp = Callable[[Accepted], Awaitable[None]]


class DeadLetters:
    """Takes messages over from the inbox, once each.

    :param give_up: sees to it that nobody works on the event any more, but to apologise.
    """

    def __init__(self, sqs: "SQSClient", call: Executor, url: str, give_up: GiveUp) -> None:
        self._sqs = sqs
        self._call = call
        self._url = url
        self._give_up = give_up

    async def take(self, message: Any) -> None:
        """Keep ``message``, with the trace that came with it."""
        attributes = message.get("MessageAttributes", {})
        if accepted := _read(message["Body"]):
            await self._give_up(accepted)
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


def _read(body: str) -> Accepted | None:
    """The event that a message carries; None when it can't be read, which may be why it is here."""
    try:
        return Accepted.from_json(body)
    except ValueError:
        return None
