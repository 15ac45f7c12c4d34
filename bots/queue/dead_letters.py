"""The dead-letter queue: what the inbox has given up on is read once more, to apologise for it."""

from typing import TYPE_CHECKING

from bots.queue.consumer import Consumer, Handle
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

SLOTS = 4  # there are few


def dead_letter_consumer(sqs: "SQSClient", call: Executor, url: str, apologise: Handle) -> Consumer:
    """Works through the dead-letter queue.

    :param apologise: tells the asker of one event that it won't be answered.
    """
    return Consumer(sqs, call, url, apologise, slots=SLOTS)
