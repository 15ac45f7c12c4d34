"""Where MiniStack was mended, it behaves as AWS does."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from bizassist.local.ministack.memory_limits import MOST_SECONDS, Quotas
from tests.conftest import Stack

if TYPE_CHECKING:
    from mypy_boto3_bedrock_agentcore import BedrockAgentCoreClient


SAID: Any = [{"blob": "tea"}]


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


def test_calls_are_throttled_as_aws_publishes_it(
    stack: Stack, memory: "BedrockAgentCoreClient"
) -> None:
    """At least twice as many as are let through at once in the time that asking takes."""
    once = boto3.client("bedrock-agentcore", config=Config(retries={"total_max_attempts": 1}))
    where = {"memoryId": stack.parameters["memory_id"], "actorId": secrets.token_hex(8)}
    said = once.create_event(
        **where, sessionId="session", eventTimestamp=datetime.now(UTC), payload=SAID
    )["event"]

    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(_code, once, **where, eventId=said["eventId"]) for _ in range(60)]
        codes = [one.result() for one in asked]

    assert "ThrottledException" in codes
    assert memory.list_sessions(**where)["sessionSummaries"]  # tried again by the client itself


def _code(client: "BedrockAgentCoreClient", **asked: str) -> str:
    try:
        client.delete_event(**asked, sessionId="session")
    except ClientError as error:
        return error.response["Error"]["Code"]
    return ""


def test_listings_lag_and_single_records_do_not(
    stack: Stack, memory: "BedrockAgentCoreClient"
) -> None:
    memory_id, actor = stack.parameters["memory_id"], secrets.token_hex(8)
    root = f"/people/{actor}/"
    asked: Any = {"memoryId": memory_id, "namespacePath": root}

    def make() -> str:
        made = memory.batch_create_memory_records(
            memoryId=memory_id,
            records=[
                {
                    "requestIdentifier": "r",
                    "namespaces": [f"{root}facts/"],
                    "content": {"text": "likes tea"},
                    "timestamp": datetime.now(UTC),
                }
            ],
        )
        return made["successfulRecords"][0]["memoryRecordId"]

    def listed() -> list[str]:
        found = memory.list_memory_records(**asked)["memoryRecordSummaries"]
        return [one["memoryRecordId"] for one in found]

    old = make()
    limits(memory, lag_seconds=MOST_SECONDS)
    try:
        new = make()
        memory.delete_memory_record(memoryId=memory_id, memoryRecordId=old)
        for gone in (memory.get_memory_record, memory.delete_memory_record):
            with pytest.raises(memory.exceptions.ResourceNotFoundException):
                gone(memoryId=memory_id, memoryRecordId=old)
        late = listed()
        limits(memory, forward=MOST_SECONDS + 1)
        later = listed()
    finally:
        limits(memory, lag_seconds=0)

    assert late == [old]
    assert later == [new]


def limits(client: "BedrockAgentCoreClient", **told: float) -> None:
    """Tell the emulator how far its listings lag, and how far its clock goes forward."""
    httpx.post(f"{client.meta.endpoint_url}/_memory", json=told).raise_for_status()


def test_a_second_of_requests_is_admitted_and_no_more() -> None:
    now = [0.0]
    quotas = Quotas(lambda: now[0])

    assert sum(quotas.admits("DeleteEvent", "a/s") for _ in range(50)) == 5
    assert sum(quotas.admits("DeleteEvent", f"a/{n}") for n in range(50)) == 15
    assert sum(quotas.admits("GetMemoryRecord") for _ in range(50)) == 20
    assert sum(quotas.admits("RetrieveMemoryRecords") for _ in range(50)) == 30
    assert sum(quotas.admits("CreateEvent", "a/s", conversational=True) for _ in range(50)) == 5
    assert sum(quotas.admits("CreateEvent", "a/s") for _ in range(50)) == 10
    now[0] += 0.5
    assert sum(quotas.admits("DeleteEvent", f"b/{n}") for n in range(50)) == 10
