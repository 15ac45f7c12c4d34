"""The clients of AWS that the core is given, over the models of what they speak with."""

import secrets
from dataclasses import dataclass
from typing import Any

from tests.simulation.queue_model import QueueModel
from tests.simulation.table_model import TableModel


@dataclass(frozen=True)
class SQSModel:
    """A client of several queues."""

    queues: dict[str, QueueModel]

    def send_message(self, *, QueueUrl: str, **given: Any) -> Any:
        return self.queues[QueueUrl].send_message(QueueUrl=QueueUrl, **given)

    def send_message_batch(self, *, QueueUrl: str, **given: Any) -> Any:
        return self.queues[QueueUrl].send_message_batch(QueueUrl=QueueUrl, **given)

    def receive_message(self, *, QueueUrl: str, **given: Any) -> Any:
        return self.queues[QueueUrl].receive_message(QueueUrl=QueueUrl, **given)

    def delete_message(self, *, QueueUrl: str, **given: Any) -> Any:
        return self.queues[QueueUrl].delete_message(QueueUrl=QueueUrl, **given)

    def change_message_visibility_batch(self, *, QueueUrl: str, **given: Any) -> Any:
        return self.queues[QueueUrl].change_message_visibility_batch(QueueUrl=QueueUrl, **given)


@dataclass(frozen=True)
class DynamoDBModel:
    """A client of several tables."""

    tables: dict[str, TableModel]

    def update_item(self, *, TableName: str, **given: Any) -> Any:
        return self.tables[TableName].update_item(**given)

    def get_item(self, *, TableName: str, **given: Any) -> Any:
        return self.tables[TableName].get_item(**given)

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> Any:
        """As much as one call does here; the rest is to be asked for again."""
        ((name, asked),) = RequestItems.items()
        first, *others = asked["Keys"]
        assert asked["ConsistentRead"]
        item = self.tables[name].get_item(Key=first).get("Item")
        left = {name: {**asked, "Keys": others}} if others else {}
        return {"Responses": {name: [item] if item else []}, "UnprocessedKeys": left}

    def scan(self, *, TableName: str, **given: Any) -> Any:
        return self.tables[TableName].scan(**given)

    def query(self, *, TableName: str, **given: Any) -> Any:
        return self.tables[TableName].query(**given)


class KMSModel:
    """Data keys whose encrypted form is themselves, for the context that they were made in."""

    def __init__(self) -> None:
        self._contexts: dict[bytes, dict[str, str]] = {}

    def generate_data_key(self, *, EncryptionContext: dict[str, str], **_: Any) -> Any:
        key = secrets.token_bytes(32)
        self._contexts[key] = EncryptionContext
        return {"Plaintext": key, "CiphertextBlob": key}

    def decrypt(self, *, CiphertextBlob: bytes, EncryptionContext: dict[str, str], **_: Any) -> Any:
        assert self._contexts[CiphertextBlob] == EncryptionContext
        return {"Plaintext": CiphertextBlob}
