"""The loop that works through a queue of accepted events."""

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from opentelemetry.trace import SpanKind

from bots import trace
from bots.errors import Superseded, reason
from bots.platform import Accepted, Lease
from bots.queue import heartbeat
from bots.queue.dead_letter_queue import DeadLetters
from bots.queue.retry_policy import Retries
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH = 10
# Short enough that a stopping process needn't wait long for its last call.
LONG_POLL = 2
AFTER_FAILURE = 5
SHARE = 8
"""Of what is received at once, one asker has an eighth at most; the rest of theirs comes later."""
COMES_LATER = 60

Handle = Callable[[Accepted, Lease], Awaitable[None]]
_log = logging.getLogger(__name__)


class Consumer:
    """Works through a queue: groups side by side, the events of one in order.

    No more is received than is worked on at once, and what was received has its heartbeat from
    that instant: what waits for long waits in the queue, where another process may take it.

    :param call: runs the short calls, which nobody else's long ones may hold up.
    :param poll: runs the long polls.
    :param beat: runs what keeps messages hidden, or gives them back.
    :param handle: works on one event, while its lease lasts; what it raises brings the event back
        after a pause.
    :param most: how many events are received and not yet done with at the same time.
    :param dead_letters: takes what was tried for long enough; None where that simply ends.
    """

    def __init__(
        self,
        sqs: "SQSClient",
        call: Executor,
        url: str,
        handle: Handle,
        *,
        poll: Executor,
        beat: Executor,
        retries: Retries,
        dead_letters: DeadLetters | None = None,
        most: int,
    ) -> None:
        self._sqs = sqs
        self._call = call
        self._poll = poll
        self._url = url
        self._handle = handle
        self._retries = retries
        self._dead_letters = dead_letters
        self._visibility = heartbeat.Visibility(sqs, beat, url)
        self.most = most
        self._held: dict[str, heartbeat.DeliveryLease] = {}
        self._of_asker: Counter[str] = Counter()
        self._room = asyncio.Event()
        self._stopping = False

    @property
    def held(self) -> int:
        """How many events are received and not yet done with."""
        return len(self._held)

    def stop(self) -> None:
        """Take nothing new; :meth:`run` returns once what it has begun is finished."""
        self._stopping = True

    async def run(self) -> None:
        """Work until stopped or cancelled; what is then unfinished is delivered again."""
        async with asyncio.TaskGroup() as owner:
            beating = owner.create_task(self._visibility.heartbeat(self._held.values()))
            async with asyncio.TaskGroup() as group:
                while not self._stopping:
                    self._room.clear()
                    if free := self.most - len(self._held):
                        asked_at = time.time()
                        for messages in _by_group(await self._receive(min(free, BATCH))):
                            self._hold(messages, asked_at)
                            group.create_task(self._work(messages))
                    else:
                        await self._room.wait()
            beating.cancel()

    def _hold(self, messages: list[Any], asked_at: float) -> None:
        for message in messages:
            lease = heartbeat.DeliveryLease(self._visibility, message, asked_at)
            self._held[message["ReceiptHandle"]] = lease
        self._of_asker[_asker(messages[0])] += len(messages)

    def _let_go(self, messages: list[Any]) -> None:
        asker = _asker(messages[0]) if messages else ""
        for message in messages:
            del self._held[message["ReceiptHandle"]]
        self._of_asker[asker] -= len(messages)
        if self._of_asker[asker] <= 0:
            del self._of_asker[asker]
        self._room.set()

    async def _receive(self, most: int) -> list[Any]:
        """The next messages; cancelled, it waits for its call and gives back what that took.

        A call in a thread can't be cancelled, and what it took for nobody would stay hidden.
        """
        receiving = asyncio.create_task(self._received(most))
        try:
            return await asyncio.shield(receiving)
        except asyncio.CancelledError:
            if taken := await receiving:
                await self._visibility.hide(taken, 0)
            raise

    async def _received(self, most: int) -> list[Any]:
        try:
            answer = await self._poll(
                self._sqs.receive_message,
                QueueUrl=self._url,
                MaxNumberOfMessages=most,
                WaitTimeSeconds=LONG_POLL,
                VisibilityTimeout=heartbeat.VISIBLE_AFTER,
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
        try:
            if self._of_asker[_asker(messages[0])] > max(BATCH, self.most // SHARE):
                pause = COMES_LATER
                return
            while waiting and (pause := await self._pause_after(waiting[0])) is None:
                await self._delete(waiting[0])
                self._let_go([waiting.pop(0)])
        except (BotoCoreError, ClientError, Superseded) as error:
            _log.warning("a finished event comes back: %s", type(error).__name__)
        except asyncio.CancelledError:
            # What is on its way to a platform must not arrive after what the next worker shows.
            pause = heartbeat.LONGEST_CALL
            raise
        finally:
            if waiting:
                self._let_go(waiting)
                await self._visibility.hide(waiting, AFTER_FAILURE if pause is None else pause)

    async def _delete(self, message: Any) -> None:
        await self._call(
            self._sqs.delete_message,
            QueueUrl=self._url,
            ReceiptHandle=message["ReceiptHandle"],
        )

    async def _pause_after(self, message: Any) -> int | None:
        """Seconds until the message shall come back; None when it is worked on, or given up."""
        lease = self._held[message["ReceiptHandle"]]
        name, error = await self._handled(message, lease)
        if error is not None:
            pause = self._retries.pause(message, error)
            if pause is not None:
                _log.warning("%s comes back: %s", name, reason(error))
                return pause
            _log.error("%s is given up: %s", name, reason(error))
            if self._dead_letters is not None:
                await lease.hold()
                await self._dead_letters.take(message)
        self._retries.ended(message)
        return None

    async def _handled(self, message: Any, lease: Lease) -> tuple[str, Exception | None]:
        """What the message is called in the log, and what it failed by."""
        name = f"message {message['MessageId']}"
        try:
            accepted = _accepted(message)
            name = f"{accepted.platform} event {accepted.event_id}"
            with trace.span("turn", SpanKind.CONSUMER, _carried(message)):
                await self._handle(accepted, lease)
        except Exception as error:  # noqa: BLE001 - one event's failure must not end the loop
            return name, error
        return name, None


def _accepted(message: Any) -> Accepted:
    """What a message holds, and when it was sent; one that came again keeps its first time."""
    accepted = Accepted.from_json(message["Body"])
    if accepted.sent_at:
        return accepted
    return replace(accepted, sent_at=int(message["Attributes"]["SentTimestamp"]) / 1000)


def _asker(message: Any) -> str:
    """Whose share of the process a message takes; a group's own where it doesn't say."""
    try:
        asker = json.loads(message["Body"]).get("asker")
    except (ValueError, AttributeError):
        asker = None
    return str(asker or message["Attributes"]["MessageGroupId"])


def _carried(message: Any) -> dict[str, str]:
    """The trace that came with a message."""
    attributes = message.get("MessageAttributes", {})
    return {name: attributes[name]["StringValue"] for name in trace.FIELDS if name in attributes}


def _by_group(messages: Iterable[Any]) -> list[list[Any]]:
    def group(message: Any) -> str:
        return str(message["Attributes"]["MessageGroupId"])

    by_arrival = sorted(messages, key=group)  # stable: the order within a group stays
    return [list(together) for _, together in groupby(by_arrival, key=group)]
