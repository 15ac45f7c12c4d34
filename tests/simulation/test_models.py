"""The models of the simulation answer what the emulator answers, over random sequences of calls."""

import random
import secrets
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.simulation.queue_model import QueueModel
from tests.simulation.table_model import TableModel

UPDATES = (
    "SET #s = :a",
    "SET #s = :b, n = if_not_exists(n, :one)",
    "SET seen = if_not_exists(seen, :one) REMOVE #s",
    "REMOVE n, gone ADD tries :one",
    "ADD people :names SET gone = :a",
)
CONDITIONS = (
    "",
    "attribute_not_exists(#s)",
    "attribute_exists(#s) AND NOT #s IN (:a)",
    "(attribute_not_exists(#s) OR NOT #s IN (:a, :b)) AND attribute_not_exists(gone)",
    "n = :one",
    "tries < :two OR #s = :b",
    "attribute_not_exists(people) OR contains(people, :a)",
)
VALUES: dict[str, Any] = {
    ":a": {"S": "a"},
    ":b": {"S": "b"},
    ":one": {"N": "1"},
    ":two": {"N": "2"},
    ":names": {"SS": ["a", "b"]},
}


@pytest.fixture
def table(aws: boto3.Session) -> Iterator[tuple[Any, str]]:
    dynamodb, name = aws.client("dynamodb"), f"model-{secrets.token_hex(4)}"
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "turn", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "turn", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield dynamodb, name
    dynamodb.delete_table(TableName=name)


@pytest.fixture
def queue(aws: boto3.Session) -> Iterator[tuple[Any, str]]:
    sqs = aws.client("sqs")
    url = sqs.create_queue(
        QueueName=f"model-{secrets.token_hex(4)}.fifo", Attributes={"FifoQueue": "true"}
    )["QueueUrl"]
    yield sqs, url
    sqs.delete_queue(QueueUrl=url)


@pytest.mark.parametrize("seed", range(4))
def test_a_table_answers_as_the_emulator_does(table: tuple[Any, str], seed: int) -> None:
    dynamodb, name = table
    chance, model = random.Random(seed), TableModel("turn")
    for _ in range(60):
        update, condition = chance.choice(UPDATES), chance.choice(CONDITIONS)
        both = f"{update} {condition}"
        call: dict[str, Any] = {
            "TableName": name,
            "Key": {"turn": {"S": chance.choice("xyz")}},
            "UpdateExpression": update,
            "ReturnValues": "ALL_NEW",
            "ExpressionAttributeValues": {
                key: value for key, value in VALUES.items() if key in both
            },
        }
        if condition:
            call["ConditionExpression"] = condition
        if "#s" in both:
            call["ExpressionAttributeNames"] = {"#s": "state"}
        if not call["ExpressionAttributeValues"]:
            del call["ExpressionAttributeValues"]
        assert _updated(model, call) == _updated(dynamodb, call), both


@pytest.mark.parametrize("seed", range(4))
def test_a_queue_answers_as_the_emulator_does(queue: tuple[Any, str], seed: int) -> None:
    both = Both(QueueModel(now=lambda: 0.0), *queue)
    chance, received = random.Random(seed), 0
    for number in range(60):
        match chance.choice(("send", "send", "receive", "receive", "delete", "release")):
            case "send":
                both.send(chance.randrange(number + 1))
            case "receive":
                received += both.receive(chance.randrange(1, 4))
            case "delete":
                both.delete_oldest()
            case _:
                both.release()
    assert received > 5


class Both:
    """The model and the emulator's queue, asked the same."""

    def __init__(self, model: QueueModel, sqs: Any, url: str) -> None:
        self._queues: tuple[Any, Any] = (model, sqs)
        self._url = url
        self._held: list[tuple[str, str]] = []

    def send(self, number: int) -> None:
        entry = {
            "Id": "0",
            "MessageBody": f"body {number}",
            "MessageGroupId": f"group {number % 3}",
            "MessageDeduplicationId": f"event {number}",
        }
        for one in self._queues:
            one.send_message_batch(QueueUrl=self._url, Entries=[entry])

    def receive(self, most: int) -> int:
        """How many came, the same from both."""
        ours, theirs = (_received(one, self._url, most) for one in self._queues)
        assert [one[:2] for one in ours] == [one[:2] for one in theirs]
        self._held += [(mine[2], other[2]) for mine, other in zip(ours, theirs, strict=True)]
        return len(ours)

    def delete_oldest(self) -> None:
        handles = self._held.pop(0) if self._held else ()
        for one, handle in zip(self._queues, handles, strict=bool(handles)):
            one.delete_message(QueueUrl=self._url, ReceiptHandle=handle)

    def release(self) -> None:
        for handles in self._held:
            for one, handle in zip(self._queues, handles, strict=True):
                entry = {"Id": "0", "ReceiptHandle": handle, "VisibilityTimeout": 0}
                one.change_message_visibility_batch(QueueUrl=self._url, Entries=[entry])
        self._held.clear()


def _updated(table: Any, call: dict[str, Any]) -> Any:
    try:
        item: dict[str, Any] = table.update_item(**call)["Attributes"]
    except ClientError as error:
        return error.response["Error"]["Code"]
    return {
        key: {"SS": sorted(value["SS"])} if "SS" in value else value for key, value in item.items()
    }


def _received(queue: Any, url: str, most: int) -> list[tuple[str, str, str]]:
    answer = queue.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=most,
        WaitTimeSeconds=0,
        VisibilityTimeout=600,
        MessageSystemAttributeNames=["MessageGroupId", "ApproximateReceiveCount"],
    )
    return [
        (m["Body"], m["Attributes"]["ApproximateReceiveCount"], m["ReceiptHandle"])
        for m in answer.get("Messages", [])
    ]
