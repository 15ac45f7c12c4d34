"""The inbox: the durable FIFO queue of accepted turns, and the loop that works through it."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import asdict
from hashlib import sha256
from itertools import groupby
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import BotoCoreError, ClientError

from bots.errors import reason
from bots.platform import Accepted
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH = 10
# Short enough that a stopping process needn't wait long for its last call.
LONG_POLL = 2
# A delivery is hidden this long, renewed by heartbeat while it is being worked on.
VISIBLE_AFTER = 60
HEARTBEAT = 20
AFTER_FAILURE = 5

Handle = Callable[[Accepted], Awaitable[None]]
_log = logging.getLogger(__name__)


class InboxUnavailable(Exception):
    """The queue did not take what was put; the platform should send it again."""


class Inbox:
    """Where the edge puts what it accepted. Use it as an async context manager.

    What arrives while a batch is being sent goes with the next one, so that a burst costs one call
    for ten events and a single event waits for nobody (SendMessageBatch, SQS API reference).
    """

    def __init__(self, sqs: "SQSClient", call: Executor, url: str) -> None:
        self._sqs = sqs
        self._call = call
        self._url = url
        self._pending: asyncio.Queue[tuple[Accepted, str, asyncio.Future[None]]] = asyncio.Queue()
        self._sender: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._sender = asyncio.create_task(self._send())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._sender is not None:
            self._sender.cancel()
            with suppress(asyncio.CancelledError):
                await self._sender

    async def put(self, accepted: Accepted, *, again: str = "") -> None:
        """Store one event; it is safe once this returns.

        :param again: why an event that was put before comes once more, so that it isn't taken for
            a duplicate.
        :raises InboxUnavailable: when the queue doesn't take it.
        """
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.put_nowait((accepted, again, stored))
        await stored

    async def _send(self) -> None:
        while True:
            batch = [await self._pending.get()]
            while len(batch) < BATCH and not self._pending.empty():
                batch.append(self._pending.get_nowait())
            entries = [
                _entry(str(index), accepted, again)
                for index, (accepted, again, _) in enumerate(batch)
            ]
            try:
                answer = await self._call(
                    self._sqs.send_message_batch, QueueUrl=self._url, Entries=entries
                )
                failed = {entry["Id"]: entry["Code"] for entry in answer.get("Failed", [])}
            except (BotoCoreError, ClientError) as error:
                failed = {entry["Id"]: type(error).__name__ for entry in entries}
            for index, (_, _, stored) in enumerate(batch):
                _settle(stored, failed.get(str(index)))


def _settle(stored: "asyncio.Future[None]", failure: str | None) -> None:
    if stored.done():  # its waiter has gone
        return
    if failure:
        stored.set_exception(InboxUnavailable(failure))
    else:
        stored.set_result(None)


def _entry(identity: str, accepted: Accepted, again: str) -> Any:
    """One message; its group and deduplication ids hashed to fit SQS's 128 characters."""
    event = f"{accepted.platform}\n{accepted.event_id}\n{again}"
    conversation = f"{accepted.platform}\n{accepted.conversation}"
    return {
        "Id": identity,
        "MessageBody": json.dumps(asdict(accepted)),
        "MessageGroupId": sha256(conversation.encode()).hexdigest(),
        "MessageDeduplicationId": sha256(event.encode()).hexdigest(),
    }


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
        try:
            answer = await self._call(
                self._sqs.receive_message,
                QueueUrl=self._url,
                MaxNumberOfMessages=BATCH,
                WaitTimeSeconds=LONG_POLL,
                VisibilityTimeout=VISIBLE_AFTER,
                MessageSystemAttributeNames=["MessageGroupId", "ApproximateReceiveCount"],
            )
        except (BotoCoreError, ClientError) as error:
            _log.warning("the queue can't be read: %s", type(error).__name__)
            await asyncio.sleep(AFTER_FAILURE)
            return []
        return answer.get("Messages", [])

    async def _work(self, messages: list[Any]) -> None:
        """One conversation's messages in order; after a failure the later ones wait for it."""
        waiting = list(messages)
        heartbeat = asyncio.create_task(self._heartbeat(waiting))
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
            await self._hide(waiting, 0)  # whoever runs next needn't wait for the time-out
            raise
        finally:
            heartbeat.cancel()
            self._slots.release()
        if waiting:
            count = int(waiting[0]["Attributes"]["ApproximateReceiveCount"])
            await self._hide(waiting, min(2**count, VISIBLE_AFTER))

    async def _handled(self, message: Any) -> bool:
        accepted = Accepted(**json.loads(message["Body"]))
        try:
            await self._handle(accepted)
        except Exception as error:  # noqa: BLE001 - one event's failure must not end the loop
            _log.warning(
                "%s event %s comes back: %s", accepted.platform, accepted.event_id, reason(error)
            )
            return False
        return True

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


def _by_group(messages: Iterable[Any]) -> list[list[Any]]:
    def group(message: Any) -> str:
        return str(message["Attributes"]["MessageGroupId"])

    by_arrival = sorted(messages, key=group)  # stable: the order within a group stays
    return [list(together) for _, together in groupby(by_arrival, key=group)]
