"""The inbox and its consumers, put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from bots.queue.consumer import Consumer, Handle
from bots.queue.dead_letter_queue import DeadLetters, GiveUp
from bots.queue.inbox import Inbox
from bots.queue.retry_policy import DeadLetterRetries, InboxRetries
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

APOLOGIES_AT_ONCE = 4
POLLS = 2
"""Long polls at the same time, one a consumer; each sits in a thread for seconds."""


@dataclass(frozen=True, slots=True)
class QueueThreads:
    """Who runs the blocking calls of each kind, so that none of them waits for another.

    :param calls: what is put, deleted, given up.
    :param polls: the long polls; :data:`POLLS` threads that nobody else uses.
    :param heartbeats: what keeps messages hidden, which must not be late.
    """

    calls: Executor
    polls: Executor
    heartbeats: Executor


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """Where the queues of a deployment are.

    :param turns_at_once: how many events of the inbox a process has received and not yet done with.
    """

    inbox_url: str
    dead_letter_url: str
    turns_at_once: int


@dataclass(frozen=True, slots=True)
class QueueService:
    """The inbox, which takes events from now on, and the consumers, which begin when told to."""

    inbox: Inbox
    settings: QueueSettings
    sqs: "SQSClient"
    threads: QueueThreads
    _at_work: list[Consumer] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: QueueSettings, sqs: "SQSClient", threads: QueueThreads
    ) -> AsyncIterator[Self]:
        """Everything of this package; ends what it began when the block ends."""
        async with Inbox(sqs, threads.calls, settings.inbox_url) as inbox:
            yield cls(inbox, settings, sqs, threads)

    async def check(self) -> None:
        """Return when the inbox answers; raise what it raises when it doesn't."""
        await self.threads.calls(
            self.sqs.get_queue_attributes,
            QueueUrl=self.settings.inbox_url,
            AttributeNames=["QueueArn"],
        )

    def received(self) -> int:
        """How many events this process has received and not yet done with."""
        return sum(consumer.held for consumer in self._at_work)

    @asynccontextmanager
    async def consuming(
        self, answer: Handle, apologise: Handle, give_up: GiveUp, *, drain_seconds: float
    ) -> AsyncIterator[None]:
        """Work through both queues while the block runs.

        :param answer: works on an event of the inbox.
        :param apologise: works on an event that the inbox has given up on.
        :param give_up: hears of such an event before it leaves the inbox.
        :param drain_seconds: what is under way when the block ends gets so long to finish; what is
            left then goes back to the queues.
        """
        dead_letters = DeadLetters(
            self.sqs, self.threads.calls, self.settings.dead_letter_url, give_up
        )
        consumers = (
            Consumer(
                self.sqs,
                self.threads.calls,
                self.settings.inbox_url,
                answer,
                poll=self.threads.polls,
                beat=self.threads.heartbeats,
                most=self.settings.turns_at_once,
                retries=InboxRetries(),
                dead_letters=dead_letters,
            ),
            Consumer(
                self.sqs,
                self.threads.calls,
                self.settings.dead_letter_url,
                apologise,
                poll=self.threads.polls,
                beat=self.threads.heartbeats,
                most=APOLOGIES_AT_ONCE,
                retries=DeadLetterRetries(),
            ),
        )
        self._at_work.extend(consumers)
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
