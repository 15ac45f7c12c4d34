"""The loop that works through a queue of accepted events."""

import asyncio
import json
import logging
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from opentelemetry.trace import SpanKind

from bots import trace
from bots.errors import After, BotError, Never, reason
from bots.platform import Accepted
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH = 10
# Short enough that a stopping process needn't wait long for its last call.
LONG_POLL = 2
# A delivery is hidden this long, renewed by heartbeat while it is being worked on.
VISIBLE_AFTER = 30
HEARTBEAT = 10
AFTER_FAILURE = 5
LONGEST_PAUSE = 60
# What SQS hides a message for at most (ChangeMessageVisibility).
LONGEST_HIDDEN = 12 * 60 * 60

PATIENCE = 15 * 60
"""Seconds from when a question was asked, within which somebody who can be helped still is."""

MOST_FAULTS = 5
"""Tries of an event that fails by a fault of ours, which seldom goes away by itself."""

MOST_APOLOGIES = 3
"""Deliveries of a dead letter; who can't even be told by then is left to the alarm."""

Handle = Callable[[Accepted], Awaitable[None]]
_log = logging.getLogger(__name__)


class Consumer:
    """Works through a queue: groups side by side, the events of one in order.

    No more is received than can be worked on at once: what waits, waits in the queue, where another
    process may take it, and what was received has its heartbeat from that instant.

    :param handle: works on one event; what it raises brings the event back after a pause.
    :param slots: how many groups are worked on at the same time.
    :param dead_letters: the queue that takes what was tried for long enough; None for that queue
        itself, whose letters end after :data:`MOST_APOLOGIES` deliveries.
    """

    def __init__(
        self,
        sqs: "SQSClient",
        call: Executor,
        url: str,
        handle: Handle,
        *,
        slots: int = 32,
        dead_letters: str | None = None,
    ) -> None:
        self._sqs = sqs
        self._call = call
        self._url = url
        self._handle = handle
        self._slots = slots
        self._dead_letters = dead_letters
        self._at_work: set[asyncio.Task[None]] = set()
        self._failures: Counter[str] = Counter()
        self._stopping = False

    def stop(self) -> None:
        """Take nothing new; :meth:`run` returns once what it has begun is finished."""
        self._stopping = True

    async def run(self) -> None:
        """Work until stopped or cancelled; what is then unfinished is delivered again."""
        async with asyncio.TaskGroup() as group:
            while not self._stopping:
                if free := self._slots - len(self._at_work):
                    for messages in _by_group(await self._receive(min(free, BATCH))):
                        task = group.create_task(self._work(messages))
                        self._at_work.add(task)
                        task.add_done_callback(self._at_work.discard)
                else:
                    await asyncio.wait(self._at_work, return_when=asyncio.FIRST_COMPLETED)

    async def _receive(self, most: int) -> list[Any]:
        """The next messages; cancelled, it waits for its call and gives back what that took.

        A call in a thread can't be cancelled, and what it took for nobody would stay hidden.
        """
        receiving = asyncio.create_task(self._received(most))
        try:
            return await asyncio.shield(receiving)
        except asyncio.CancelledError:
            if taken := await receiving:
                await self._hide(taken, 0)
            raise

    async def _received(self, most: int) -> list[Any]:
        try:
            answer = await self._call(
                self._sqs.receive_message,
                QueueUrl=self._url,
                MaxNumberOfMessages=most,
                WaitTimeSeconds=LONG_POLL,
                VisibilityTimeout=VISIBLE_AFTER,
                MessageSystemAttributeNames=[
                    "MessageGroupId",
                    "ApproximateReceiveCount",
                    "SentTimestamp",
                ],
                MessageAttributeNames=list(trace.FIELDS),
            )
        except (BotoCoreError, ClientError) as error:
            _log.warning("the queue can't be read: %s", type(error).__name__)
            await asyncio.sleep(AFTER_FAILURE)
            return []
        return answer.get("Messages", [])

    async def _work(self, messages: list[Any]) -> None:
        """One group's messages in order; after a failure the later ones wait for it."""
        waiting, pause = list(messages), None
        heartbeat = asyncio.create_task(self._heartbeat(waiting))
        try:
            while waiting and (pause := await self._pause_after(waiting[0])) is None:
                message = waiting.pop(0)
                await self._call(
                    self._sqs.delete_message,
                    QueueUrl=self._url,
                    ReceiptHandle=message["ReceiptHandle"],
                )
        except (BotoCoreError, ClientError) as error:
            _log.warning("a finished event comes back: %s", type(error).__name__)
        except asyncio.CancelledError:
            await self._hide(waiting, 0)  # whoever runs next needn't wait for the time-out
            raise
        finally:
            heartbeat.cancel()
        if waiting:
            await self._hide(waiting, AFTER_FAILURE if pause is None else pause)

    async def _pause_after(self, message: Any) -> int | None:
        """Seconds until the message shall come back; None when it is worked on, or given up."""
        name, error = await self._handled(message)
        if error is None:
            del self._failures[message["MessageId"]]
            return None
        self._failures[message["MessageId"]] += 1
        if not self._is_over(message, error):
            _log.warning("%s comes back: %s", name, reason(error))
            return _pause(error, self._failures[message["MessageId"]])
        _log.error("%s is given up: %s", name, reason(error))
        if self._dead_letters is not None:
            await self._bury(message, self._dead_letters)
        del self._failures[message["MessageId"]]
        return None

    async def _handled(self, message: Any) -> tuple[str, Exception | None]:
        """What the message is called in the log, and what it failed by."""
        name = f"message {message['MessageId']}"
        try:
            accepted = Accepted(**json.loads(message["Body"]))
            name = f"{accepted.platform} event {accepted.event_id}"
            with trace.span("turn", SpanKind.CONSUMER, _carried(message)):
                await self._handle(accepted)
        except Exception as error:  # noqa: BLE001 - one event's failure must not end the loop
            return name, error
        return name, None

    def _is_over(self, message: Any, error: Exception) -> bool:
        """Whether a message that has just failed has been tried for long enough.

        The queue's count of deliveries is none of attempts: a message that waited behind another,
        or whose process died, was delivered and never tried.
        """
        if self._dead_letters is None:
            return int(message["Attributes"]["ApproximateReceiveCount"]) >= MOST_APOLOGIES
        asked_at = int(message["Attributes"]["SentTimestamp"]) / 1000
        if time.time() - asked_at >= PATIENCE:
            return True
        passing = isinstance(error, BotError) and not isinstance(error.again, Never)
        return not passing and self._failures[message["MessageId"]] >= MOST_FAULTS

    async def _bury(self, message: Any, dead_letters: str) -> None:
        await self._call(
            self._sqs.send_message,
            QueueUrl=dead_letters,
            MessageBody=message["Body"],
            MessageGroupId=message["Attributes"]["MessageGroupId"],
            MessageDeduplicationId=message["MessageId"],
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in _carried(message).items()
            },
        )

    async def _heartbeat(self, messages: list[Any]) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT)
            await self._hide(messages, VISIBLE_AFTER)

    async def _hide(self, messages: list[Any], seconds: int) -> None:
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


def _pause(error: Exception, failures: int) -> int:
    """Seconds: longer each time, and at least what the failing part asks for."""
    again = error.again if isinstance(error, BotError) else None
    asked = math.ceil(again.seconds) if isinstance(again, After) else 0
    grown: int = min(2 ** min(failures, LONGEST_PAUSE), LONGEST_PAUSE)
    return min(max(asked, grown), LONGEST_HIDDEN)


def _carried(message: Any) -> dict[str, str]:
    """The trace that came with a message."""
    attributes = message.get("MessageAttributes", {})
    return {name: attributes[name]["StringValue"] for name in trace.FIELDS if name in attributes}


def _by_group(messages: Iterable[Any]) -> list[list[Any]]:
    def group(message: Any) -> str:
        return str(message["Attributes"]["MessageGroupId"])

    by_arrival = sorted(messages, key=group)  # stable: the order within a group stays
    return [list(together) for _, together in groupby(by_arrival, key=group)]
