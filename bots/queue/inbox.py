"""The inbox: the durable FIFO queue that every accepted event goes into."""

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from opentelemetry.trace import SpanKind

from bots import trace
from bots.errors import InboxUnavailable
from bots.platform import Accepted
from bots.queue.deduplication import deduplication_id, group_id
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BATCH = 10
BATCH_BYTES = 1024 * 1024
TRACE_BYTES = 1024


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A message on its way to the queue, and who waits for it."""

    message: dict[str, Any]
    stored: "asyncio.Future[None]"

    @property
    def size(self) -> int:
        # ASCII: json.dumps escapes everything else. The trace counts too, and is short.
        return len(self.message["MessageBody"]) + TRACE_BYTES

    def settle(self, failure: str | None) -> None:
        if self.stored.done():  # its waiter has gone
            return
        if failure:
            self.stored.set_exception(InboxUnavailable(failure))
        else:
            self.stored.set_result(None)


def _message(accepted: Accepted, again: str) -> dict[str, Any]:
    return {
        "MessageBody": accepted.as_json(),
        "MessageGroupId": group_id(accepted),
        "MessageDeduplicationId": deduplication_id(accepted, again),
        "MessageAttributes": {
            name: {"DataType": "String", "StringValue": value}
            for name, value in trace.carrier().items()
        },
    }


class Inbox:
    """Where the edge puts what it accepted. Use it as an async context manager.

    What arrives while a batch is being sent goes with the next one, so that a burst costs one call
    for ten events and a single event waits for nobody. A batch has at most ten messages and one
    mebibyte together (SendMessageBatch, SQS API reference).
    """

    def __init__(self, sqs: "SQSClient", call: Executor, url: str) -> None:
        self._sqs = sqs
        self._call = call
        self._url = url
        self._pending: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
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
        stored = asyncio.get_running_loop().create_future()
        with trace.span(
            "inbox", SpanKind.PRODUCER, None, {"bizassist.platform": accepted.platform}
        ):
            waiting = _Waiting(_message(accepted, again), stored)
            self._pending.append(waiting)
            self._arrived.set()
            await stored

    async def _send(self) -> None:
        while True:
            await self._arrived.wait()
            while self._pending:
                await self._send_batch(self._next_batch())
            self._arrived.clear()

    def _next_batch(self) -> list[_Waiting]:
        batch = [self._pending.popleft()]
        size = batch[0].size
        while self._pending and len(batch) < BATCH and size + self._pending[0].size <= BATCH_BYTES:
            batch.append(self._pending.popleft())
            size += batch[-1].size
        return batch

    async def _send_batch(self, batch: list[_Waiting]) -> None:
        entries: Any = [{**one.message, "Id": str(index)} for index, one in enumerate(batch)]
        try:
            answer = await self._call(
                self._sqs.send_message_batch, QueueUrl=self._url, Entries=entries
            )
            failed = {entry["Id"]: entry["Code"] for entry in answer.get("Failed", [])}
        except Exception as error:  # noqa: BLE001 - whatever it is, the platform must send again
            failed = {entry["Id"]: type(error).__name__ for entry in entries}
        for index, one in enumerate(batch):
            one.settle(failed.get(str(index)))
