"""SQS FIFO in memory, as far as the inbox uses it, on whatever clock it is given.

After the SQS developer guide: exactly-once processing (deduplication within five minutes), message
groups (none of a group is delivered while an earlier one is in flight), visibility time-outs, and
dead-letter queues (moved when received more often than ``maxReceiveCount``).
``tests/simulation/test_models.py`` holds it against the emulator; where that differs from the guide
(a receipt handle whose time is over), the model follows the guide.
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

DEDUPLICATION_SECONDS = 300


@dataclass(slots=True)
class _Message:
    id: str
    sent: dict[str, Any]
    sent_at: float = 0.0
    visible_at: float = 0.0
    handle: str = ""
    receives: int = 0

    @property
    def group(self) -> str:
        return str(self.sent["MessageGroupId"])


@dataclass
class QueueModel:
    """One queue.

    :param now: seconds since 1970 on the simulation's clock.
    :ivar deleted: the messages that were worked on, or given up.
    :param changed: hears that something may be receivable that wasn't.
    :param refuses: whether one entry of a batch fails.
    :param dead_letters: where a message goes that was received ``most_receives`` times.
    """

    now: Callable[[], float]
    dead_letters: "QueueModel | None" = None
    most_receives: int = 5
    changed: Callable[[], None] = lambda: None
    refuses: Callable[[], bool] = lambda: False
    messages: list[_Message] = field(default_factory=list)
    deleted: list[_Message] = field(default_factory=list)
    _sent: dict[str, float] = field(default_factory=dict)
    _ids: "itertools.count[int]" = field(default_factory=itertools.count)

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        taken, failed = [], []
        for entry in Entries:
            if self.refuses():
                failed.append({"Id": entry["Id"], "Code": "InternalError", "SenderFault": False})
            else:
                self.send_message(QueueUrl=QueueUrl, **entry)
                taken.append({"Id": entry["Id"]})
        return {"Successful": taken, **({"Failed": failed} if failed else {})}

    def send_message(self, *, QueueUrl: str, **sent: Any) -> dict[str, Any]:
        del QueueUrl
        key, now = str(sent["MessageDeduplicationId"]), self.now()
        known = self._sent.get(key)
        if known is None or now - known >= DEDUPLICATION_SECONDS:
            self._sent[key] = now
            self.messages.append(_Message(str(next(self._ids)), sent, sent_at=now))
            self.changed()
        return {}

    def next_visible(self) -> float:
        """When the next of the hidden messages comes back, infinite when none will."""
        hidden = (one.visible_at for one in self.messages if one.visible_at > self.now())
        return min(hidden, default=math.inf)

    def has_receivable(self) -> bool:
        """Whether a call would receive something now."""
        now = self.now()
        locked = {message.group for message in self.messages if message.visible_at > now}
        return any(message.group not in locked for message in self.messages)

    def receive_message(
        self,
        *,
        QueueUrl: str,
        MaxNumberOfMessages: int = 1,
        VisibilityTimeout: int = 30,
        **_: Any,
    ) -> dict[str, Any]:
        del QueueUrl
        self._bury()
        now = self.now()
        locked = {message.group for message in self.messages if message.visible_at > now}
        taken: list[_Message] = []
        for message in self.messages:
            if message.group not in locked and len(taken) < MaxNumberOfMessages:
                message.visible_at = now + VisibilityTimeout
                message.receives += 1
                message.handle = f"{message.id}/{message.receives}"
                taken.append(message)
        return {"Messages": [_delivered(message) for message in taken]} if taken else {}

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> dict[str, Any]:
        del QueueUrl
        message = self._held(ReceiptHandle)
        if message is None:
            raise _invalid("DeleteMessage")
        self.messages.remove(message)
        self.deleted.append(message)
        self.changed()
        return {}

    def change_message_visibility_batch(
        self,
        *,
        QueueUrl: str,
        Entries: list[dict[str, Any]],
    ) -> dict[str, Any]:
        del QueueUrl
        failed = []
        for entry in Entries:
            message = self._held(entry["ReceiptHandle"])
            if message is None:
                failed.append({"Id": entry["Id"], "Code": "ReceiptHandleIsInvalid"})
            else:
                message.visible_at = self.now() + entry["VisibilityTimeout"]
        self.changed()
        return {"Failed": failed} if failed else {}

    def _held(self, handle: str) -> _Message | None:
        """The message in flight by this delivery; an expired one is nobody's."""
        for message in self.messages:
            if message.handle == handle and message.visible_at > self.now():
                return message
        return None

    def _bury(self) -> None:
        if self.dead_letters is None:
            return
        for message in list(self.messages):
            if message.visible_at <= self.now() and message.receives >= self.most_receives:
                self.messages.remove(message)
                self.dead_letters.messages.append(_Message(message.id, message.sent, self.now()))
                self.dead_letters.changed()


def _delivered(message: _Message) -> dict[str, Any]:
    return {
        "MessageId": message.id,
        "ReceiptHandle": message.handle,
        "Body": message.sent["MessageBody"],
        "MessageAttributes": message.sent.get("MessageAttributes", {}),
        "Attributes": {
            "MessageGroupId": message.group,
            "ApproximateReceiveCount": str(message.receives),
            "SentTimestamp": str(int(message.sent_at * 1000)),
        },
    }


def _invalid(operation: str) -> ClientError:
    return ClientError({"Error": {"Code": "ReceiptHandleIsInvalid"}}, operation)
