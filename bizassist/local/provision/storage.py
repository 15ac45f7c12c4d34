"""The tables, the inbox with its dead-letter queue, the buckets, and the refresh tokens' key."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3

TABLES: dict[str, tuple[str, str | None, dict[str, str]]] = {
    # name: partition key, sort key, {index: its partition key, and its sort key}
    "links": ("chat_user", None, {"by_subject": "subject", "by_outbox": "outbox outbox_at"}),
    "link_requests": ("id", None, {}),
    "sessions": ("id", None, {"by_subject": "subject"}),
    "audit": ("day", "position", {}),
    "forgetting": ("subject", None, {}),
    "workspaces": ("workspace", None, {}),
    "ledger": ("turn", None, {"by_waiting": "waiting_for", "by_day": "asked_on asked_at"}),
    "transcripts": ("conversation", "position", {}),
    "warranty": ("serial_number", None, {}),
    "clients": ("client_id", None, {}),
}
PROJECTED: dict[str, tuple[str, ...]] = {
    # index: all that it has besides the keys; one that isn't named has everything
    "by_outbox": ("link_state",),
    "by_day": (
        *("state", "platform", "chat_user", "subject", "trace", "problem", "feedback"),
        *("model", "tools", "input_tokens", "output_tokens", "milliseconds"),
    ),
}
EXPIRING = ("link_requests", "sessions", "forgetting", "ledger", "transcripts")
BUCKETS = ("policies", "uploads")
FORGOTTEN: Any = {
    "ID": "as the transcripts",
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "Expiration": {"Days": 30},
}
DELIVERIES = 100
"""After so many deliveries the queue itself buries what kills whoever takes it."""


def make_tables(aws: boto3.Session) -> dict[str, str]:
    """Every table, by the parameter that carries its name."""
    dynamodb = aws.client("dynamodb")
    names = {}
    for table, (partition, sort, indexes) in TABLES.items():
        name = names[f"{table}_table"] = f"bizassist-{table.replace('_', '-')}"
        keys = [partition, *([sort] if sort else [])]
        indexed = {index: key.split() for index, key in indexes.items()}
        named = {*keys, *(key for pair in indexed.values() for key in pair)}
        extra: dict[str, Any] = {
            "GlobalSecondaryIndexes": [
                {"IndexName": index, "KeySchema": _schema(pair), "Projection": _projection(index)}
                for index, pair in indexed.items()
            ]
        }
        dynamodb.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": key, "AttributeType": "S"} for key in sorted(named)
            ],
            KeySchema=_schema(keys),
            **(extra if indexes else {}),
        )
        if table in EXPIRING:
            dynamodb.update_time_to_live(
                TableName=name,
                TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"},
            )
    return names


def _schema(keys: list[str]) -> Any:
    """The keys of a table or an index: the partition's, and the one that sorts."""
    kinds = zip(keys, ("HASH", "RANGE"), strict=False)
    return [{"AttributeName": key, "KeyType": kind} for key, kind in kinds]


def _projection(index: str) -> dict[str, Any]:
    if index not in PROJECTED:
        return {"ProjectionType": "ALL"}
    return {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(PROJECTED[index])}


def make_queues(aws: boto3.Session) -> dict[str, str]:
    """The inbox, and the queue that takes what could not be answered."""
    sqs = aws.client("sqs")
    dead = sqs.create_queue(
        QueueName="bizassist-dead-letter.fifo",
        Attributes={"FifoQueue": "true", "MessageRetentionPeriod": "1209600"},
    )["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
    redrive = {"deadLetterTargetArn": arn["QueueArn"], "maxReceiveCount": str(DELIVERIES)}
    inbox = sqs.create_queue(
        QueueName="bizassist-inbox.fifo",
        Attributes={
            "FifoQueue": "true",
            "VisibilityTimeout": "30",
            "DeduplicationScope": "messageGroup",
            "FifoThroughputLimit": "perMessageGroupId",
            "RedrivePolicy": json.dumps(redrive),
        },
    )["QueueUrl"]
    return {"inbox_url": inbox, "dead_letter_url": dead}


def moved_queues(known: Mapping[str, str], aws: str) -> dict[str, str]:
    """A queue's URL carries MiniStack's port, which may be another one after a restart."""
    return {
        name: f"{aws}/{'/'.join(known[name].rsplit('/', 2)[1:])}"
        for name in ("inbox_url", "dead_letter_url")
    }


def make_key(aws: boto3.Session) -> dict[str, str]:
    """The KMS key that encrypts refresh tokens."""
    key = aws.client("kms").create_key(Description="bizassist refresh tokens")["KeyMetadata"]
    return {"tokens_key_id": key["KeyId"]}


def make_buckets(aws: boto3.Session) -> dict[str, str]:
    """The company's policy documents, and the files that people attach to their questions."""
    s3 = aws.client("s3")
    names = {f"{bucket}_bucket": f"bizassist-{bucket}" for bucket in BUCKETS}
    for name in names.values():
        # Buckets outlive a stack that was killed before it had written down anything else.
        with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
            s3.create_bucket(Bucket=name)
    s3.put_bucket_lifecycle_configuration(
        Bucket=names["uploads_bucket"], LifecycleConfiguration={"Rules": [FORGOTTEN]}
    )
    return names


def fill_bucket(aws: boto3.Session, bucket: str, files: Iterable[Path]) -> None:
    """Upload files under their own names."""
    s3 = aws.client("s3")
    for file in files:
        s3.put_object(Bucket=bucket, Key=file.name, Body=file.read_bytes())


def is_empty(aws: boto3.Session, bucket: str) -> bool:
    """Whether nothing lies there."""
    return not aws.client("s3").list_objects_v2(Bucket=bucket, MaxKeys=1).get("KeyCount")


def fill_table(aws: boto3.Session, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write sample rows."""
    with aws.resource("dynamodb").Table(table).batch_writer() as batch:
        for row in rows:
            batch.put_item(Item=dict(row))
