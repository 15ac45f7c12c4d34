"""Where MiniStack was mended, it behaves as AWS does."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
import pytest

from tests.conftest import Stack

if TYPE_CHECKING:
    from mypy_boto3_bedrock_agentcore import BedrockAgentCoreClient


@pytest.fixture(name="memory")
def memory_client(aws: boto3.Session) -> "BedrockAgentCoreClient":
    return aws.client("bedrock-agentcore")


def test_events_are_listed_newest_first(stack: Stack, memory: "BedrockAgentCoreClient") -> None:
    where = {"memoryId": stack.parameters["memory_id"], "actorId": secrets.token_hex(8)}
    began = datetime.now(UTC)
    for number in (1, 3, 2):  # stored in another order than they happened
        memory.create_event(
            **where,
            sessionId="session",
            eventTimestamp=began + timedelta(seconds=number),
            payload=[{"conversational": {"content": {"text": str(number)}, "role": "USER"}}],
        )

    first = memory.list_events(**where, sessionId="session", maxResults=2)
    rest = memory.list_events(**where, sessionId="session", nextToken=first["nextToken"])

    texts = [
        event["payload"][0]["conversational"]["content"]["text"]
        for event in (*first["events"], *rest["events"])
    ]
    assert texts == ["3", "2", "1"]


def test_a_namespace_path_is_the_root_of_a_hierarchy(
    stack: Stack, memory: "BedrockAgentCoreClient"
) -> None:
    memory_id, actor = stack.parameters["memory_id"], secrets.token_hex(8)
    namespaces = [
        f"/people/{actor}/summaries/s1/",
        f"/people/{actor}/summaries/s2/",
        f"/people/{actor}x/summaries/s3/",
    ]
    memory.batch_create_memory_records(
        memoryId=memory_id,
        records=[
            {
                "requestIdentifier": f"r{number}",
                "namespaces": [namespace],
                "content": {"text": f"said in {namespace}"},
                "timestamp": datetime.now(UTC),
            }
            for number, namespace in enumerate(namespaces)
        ],
    )

    below = memory.list_memory_records(
        memoryId=memory_id, namespacePath=f"/people/{actor}/summaries/"
    )
    exact = memory.list_memory_records(memoryId=memory_id, namespace=f"/people/{actor}/summaries/")

    found = {record["namespaces"][0] for record in below["memoryRecordSummaries"]}
    assert found == set(namespaces[:2])
    assert exact["memoryRecordSummaries"] == []
