"""The inbox and its consumers, put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from bots.queue.consumer import Consumer, Handle
from bots.queue.dead_letter_queue import DeadLetters
from bots.queue.inbox import Inbox
from bots.queue.retry_policy import DeadLetterRetries, InboxRetries
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

APOLOGIES_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """Where the queues of a deployment are."""

    inbox_url: str
    dead_letter_url: str


@dataclass(frozen=True, slots=True)
class QueueService:
    """The inbox, which takes events from now on, and the consumers, which begin when told to."""

    inbox: Inbox
    settings: QueueSettings
    sqs: "SQSClient"
    execute: Executor

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: QueueSettings, sqs: "SQSClient", execute: Executor
    ) -> AsyncIterator[Self]:
        """Everything of this package; ends what it began when the block ends."""
        async with Inbox(sqs, execute, settings.inbox_url) as inbox:
            yield cls(inbox, settings, sqs, execute)

    async def check(self) -> None:
        """Return when the inbox answers; raise what it raises when it doesn't."""
        await self.execute(
            self.sqs.get_queue_attributes,
            QueueUrl=self.settings.inbox_url,
            AttributeNames=["QueueArn"],
        )

    @asynccontextmanager
    async def consuming(
        self, answer: Handle, apologise: Handle, *, drain_seconds: float
    ) -> AsyncIterator[None]:
        """Work through both queues while the block runs.

        :param answer: works on an event of the inbox.
        :param apologise: works on an event that the inbox has given up on.
        :param drain_seconds: what is under way when the block ends gets so long to finish; what is
            left then goes back to the queues.
        """
        consumers = (
            Consumer(
                self.sqs,
                self.execute,
                self.settings.inbox_url,
                answer,
                retries=InboxRetries(),
                dead_letters=DeadLetters(self.sqs, self.execute, self.settings.dead_letter_url),
            ),
            Consumer(
                self.sqs,
                self.execute,
                self.settings.dead_letter_url,
                apologise,
                retries=DeadLetterRetries(),
                slots=APOLOGIES_AT_ONCE,
            ),
        )
        async with asyncio.TaskGroup() as group:  # a consumer that breaks ends the whole service
            tasks = [group.create_task(consumer.run()) for consumer in consumers]
            try:
                yield
            finally:
                for consumer in consumers:
                    consumer.stop()
                await asyncio.wait(tasks, timeout=drain_seconds)
                for task in tasks:
                    task.cancel()
