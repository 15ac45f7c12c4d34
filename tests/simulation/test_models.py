"""The models of the simulation answer what the emulator answers, over random sequences of calls."""

import json
import random
import secrets
import time
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


@pytest.fixture
def redriven(aws: boto3.Session) -> Iterator[tuple[Any, str, str]]:
    """A queue whose messages go to another one when they come for the third time."""
    sqs: Any = aws.client("sqs")
    name, fifo = f"model-{secrets.token_hex(4)}", {"FifoQueue": "true"}
    dead = sqs.create_queue(QueueName=f"{name}-dead.fifo", Attributes=fifo)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
    policy = {"deadLetterTargetArn": arn["QueueArn"], "maxReceiveCount": 2}
    attributes = {**fifo, "RedrivePolicy": json.dumps(policy)}
    url = sqs.create_queue(QueueName=f"{name}.fifo", Attributes=attributes)["QueueUrl"]
    yield sqs, url, dead
    for one in (url, dead):
        sqs.delete_queue(QueueUrl=one)


def test_time_outs_end_and_dead_letters_are_moved_as_by_the_emulator(
    redriven: tuple[Any, str, str],
) -> None:
    sqs, url, dead = redriven
    letters = QueueModel(time.time)
    model = QueueModel(time.time, letters, most_receives=2)
    for queue, dead_letters in ((model, letters), (sqs, sqs)):
        queue.send_message_batch(QueueUrl=url, Entries=[entry(1), entry(4)])
        first = next_of(queue, url)
        assert first[:2] == ("body 1", "1")
        assert _received(queue, url, 1, hidden=1) == []  # its group waits while it is hidden
        again = next_of(queue, url)
        assert again[:2] == ("body 1", "2")
        # A handle is that of one delivery: the next delivery has another, and the old one is void.
        assert refused(queue.delete_message, QueueUrl=url, ReceiptHandle=first[2])
        following = next_of(queue, url)
        assert following[:2] == ("body 4", "1")  # the third time, the first one is moved
        assert next_of(dead_letters, dead)[0] == "body 1"
        queue.delete_message(QueueUrl=url, ReceiptHandle=following[2])


def test_a_handle_whose_time_is_over_is_void_as_in_aws_and_not_as_in_the_emulator(
    queue: tuple[Any, str],
) -> None:
    """AWS: "The receipt handle has expired"; the emulator goes on until the next delivery.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
    """
    sqs, url = queue
    now = [0.0]
    model = QueueModel(lambda: now[0])
    for one in (model, sqs):
        one.send_message_batch(QueueUrl=url, Entries=[entry(1)])
    handle = _received(model, url, 1, hidden=30)[0][2]
    now[0] = 30.0
    assert refused(model.delete_message, QueueUrl=url, ReceiptHandle=handle)
    kept = {"Id": "0", "ReceiptHandle": handle, "VisibilityTimeout": 30}
    assert model.change_message_visibility_batch(QueueUrl=url, Entries=[kept])["Failed"]
    theirs = _received(sqs, url, 1, hidden=0)[0][2]
    assert not refused(sqs.delete_message, QueueUrl=url, ReceiptHandle=theirs)


def test_a_duplicate_is_dropped_for_five_minutes_from_the_first_one_on() -> None:
    """The emulator's window is as long, on a clock that a test can't move.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
    """
    now = [0.0]
    model = QueueModel(lambda: now[0])
    for moment, messages in ((0.0, 1), (299.0, 1), (300.0, 2), (599.0, 2), (600.0, 3)):
        now[0] = moment
        model.send_message_batch(QueueUrl="", Entries=[entry(1)])
        assert len(model.messages) == messages


def entry(number: int) -> dict[str, Any]:
    """A message of one of three groups."""
    return {
        "Id": str(number),
        "MessageBody": f"body {number}",
        "MessageGroupId": f"group {number % 3}",
        "MessageDeduplicationId": f"event {number}",
    }


def next_of(queue: Any, url: str) -> tuple[str, str, str]:
    """The next message, as soon as there is one; it is hidden for a second."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if received := _received(queue, url, 1, hidden=1):
            return received[0]
        time.sleep(0.05)
    pytest.fail("nothing came")


def refused(call: Any, **given: Any) -> bool:
    """Whether a call's receipt handle isn't taken."""
    try:
        call(**given)
    except ClientError as error:
        return error.response["Error"]["Code"] == "ReceiptHandleIsInvalid"
    return False


class Both:
    """The model and the emulator's queue, asked the same."""

    def __init__(self, model: QueueModel, sqs: Any, url: str) -> None:
        self._queues: tuple[Any, Any] = (model, sqs)
        self._url = url
        self._held: list[tuple[str, str]] = []

    def send(self, number: int) -> None:
        for one in self._queues:
            one.send_message_batch(QueueUrl=self._url, Entries=[entry(number)])

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
                shown = {"Id": "0", "ReceiptHandle": handle, "VisibilityTimeout": 0}
                one.change_message_visibility_batch(QueueUrl=self._url, Entries=[shown])
        self._held.clear()


def _updated(table: Any, call: dict[str, Any]) -> Any:
    try:
        item: dict[str, Any] = table.update_item(**call)["Attributes"]
    except ClientError as error:
        return error.response["Error"]["Code"]
    return {
        key: {"SS": sorted(value["SS"])} if "SS" in value else value for key, value in item.items()
    }


def _received(queue: Any, url: str, most: int, hidden: int = 600) -> list[tuple[str, str, str]]:
    answer = queue.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=most,
        WaitTimeSeconds=0,
        VisibilityTimeout=hidden,
        MessageSystemAttributeNames=["MessageGroupId", "ApproximateReceiveCount"],
    )
    return [
        (m["Body"], m["Attributes"]["ApproximateReceiveCount"], m["ReceiptHandle"])
        for m in answer.get("Messages", [])
    ]
