"""The loop that works through a queue of accepted events."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from opentelemetry.trace import SpanKind

from bots import trace
from bots.errors import reason
from bots.platform import Accepted
from bots.queue.heartbeat import VISIBLE_AFTER, Visibility
from bots.queue.retries import retry_delay
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH = 10
# Short enough that a stopping process needn't wait long for its last call.
LONG_POLL = 2
AFTER_FAILURE = 5

Handle = Callable[[Accepted], Awaitable[None]]
_log = logging.getLogger(__name__)


class Consumer:
    """Works through a queue: conversations side by side, the turns of one in order.

    :param handle: works on one event; what it raises brings the event back after a pause.
    :param slots: how many conversations are worked on at the same time.
    """

    def __init__(
        self, sqs: "SQSClient", call: Executor, url: str, handle: Handle, slots: int = 32
    ) -> None:
        self._sqs = sqs
        self._call = call
        self._url = url
        self._handle = handle
        self._visibility = Visibility(sqs, call, url)
        self._slots = asyncio.Semaphore(slots)
        self._stopping = False

    def stop(self) -> None:
        """Take nothing new; :meth:`run` returns once what it has begun is finished."""
        self._stopping = True

    async def run(self) -> None:
        """Work until stopped or cancelled; what is then unfinished is delivered again."""
        async with asyncio.TaskGroup() as conversations:
            while not self._stopping:
                await self._slots.acquire()
                self._slots.release()
                for messages in _by_group(await self._receive()):
                    await self._slots.acquire()
                    conversations.create_task(self._work(messages))

    async def _receive(self) -> list[Any]:
        """The next messages; cancelled, it waits for its call and gives back what that took.

        A call in a thread can't be cancelled, and what it took for nobody would stay hidden.
        """
        receiving = asyncio.create_task(self._received())
        try:
            return await asyncio.shield(receiving)
        except asyncio.CancelledError:
            if taken := await receiving:
                await self._visibility.hide(taken, 0)
            raise

    async def _received(self) -> list[Any]:
        try:
            answer = await self._call(
                self._sqs.receive_message,
                QueueUrl=self._url,
                MaxNumberOfMessages=BATCH,
                WaitTimeSeconds=LONG_POLL,
                VisibilityTimeout=VISIBLE_AFTER,
                MessageSystemAttributeNames=["MessageGroupId", "ApproximateReceiveCount"],
                MessageAttributeNames=list(trace.FIELDS),
            )
        except (BotoCoreError, ClientError) as error:
            _log.warning("the queue can't be read: %s", type(error).__name__)
            await asyncio.sleep(AFTER_FAILURE)
            return []
        return answer.get("Messages", [])

    async def _work(self, messages: list[Any]) -> None:
        """One conversation's messages in order; after a failure the later ones wait for it."""
        waiting = list(messages)
        heartbeat = asyncio.create_task(self._visibility.heartbeat(waiting))
        try:
            while waiting:
                if not await self._handled(waiting[0]):
                    break
                message = waiting.pop(0)
                await self._call(
                    self._sqs.delete_message,
                    QueueUrl=self._url,
                    ReceiptHandle=message["ReceiptHandle"],
                )
        except (BotoCoreError, ClientError) as error:
            _log.warning("a finished event comes back: %s", type(error).__name__)
        except asyncio.CancelledError:
            await self._visibility.hide(
                waiting, 0
            )  # whoever runs next needn't wait for the time-out
            raise
        finally:
            heartbeat.cancel()
            self._slots.release()
        if waiting:
            count = int(waiting[0]["Attributes"]["ApproximateReceiveCount"])
            await self._visibility.hide(waiting, retry_delay(count))

    async def _handled(self, message: Any) -> bool:
        name = f"message {message['MessageId']}"
        try:
            accepted = Accepted(**json.loads(message["Body"]))
            name = f"{accepted.platform} event {accepted.event_id}"
            with trace.span("turn", SpanKind.CONSUMER, _carried(message)):
                await self._handle(accepted)
        except Exception as error:  # noqa: BLE001 - one event's failure must not end the loop
            _log.warning("%s comes back: %s", name, reason(error))
            return False
        return True


def _carried(message: Any) -> dict[str, str]:
    """The trace that came with a message."""
    attributes = message.get("MessageAttributes", {})
    return {name: attributes[name]["StringValue"] for name in trace.FIELDS if name in attributes}


def _by_group(messages: Iterable[Any]) -> list[list[Any]]:
    def group(message: Any) -> str:
        return str(message["Attributes"]["MessageGroupId"])

    by_arrival = sorted(messages, key=group)  # stable: the order within a group stays
    return [list(together) for _, together in groupby(by_arrival, key=group)]
