"""What a question recalls: one search over all that is the person's, and an answer without it."""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
import pytest_asyncio

from agent.app import application
from agent.memory.access.recent_recalls import KEEP_SECONDS, RecentRecalls
from agent.run.agent_factory import MEMORY_INCOMPLETE
from tests.agent.aws_requests import AwsRequests, Sent, aws_requests
from tests.agent.local_agent import Answer, Cloud, ask, runtime_of, serving, thread
from tests.some import some

__all__ = ["aws_requests"]


@pytest_asyncio.fixture
async def agent(cloud: Cloud, gateway: str, aws_requests: AwsRequests) -> AsyncIterator[str]:
    async with serving(application(cloud.settings())) as address:
        await asyncio.sleep(0.3)  # an extractor may still be at work for an earlier test
        yield address


def remember(cloud: Cloud, word: str) -> None:
    root = f"/people/{cloud.subjects['alice']}"
    texts = {f"{root}/facts/": 7, f"{root}/preferences/": 4, f"{root}/summaries/s-{word}/": 3}
    boto3.client("bedrock-agentcore").batch_create_memory_records(
        memoryId=cloud.parameters["memory_id"],
        records=[
            {
                "requestIdentifier": uuid.uuid4().hex,
                "namespaces": [namespace],
                "content": {"text": f"{word} {number}"},
                "timestamp": datetime.now(UTC),
            }
            for namespace, count in texts.items()
            for number in range(count)
        ],
    )


def searches(requests: AwsRequests) -> list[Sent]:
    return [sent for sent in requests.memory if sent.path.endswith("/retrieve")]


def recalled(answer: Answer) -> dict[str, int]:
    explained: Any = next(
        event["value"]
        for event in answer.events
        if event["type"] == "CUSTOM" and event["name"] == "bizassist.explanation"
    )
    kinds = [memory["kind"] for memory in explained["memories"]]
    return {kind: kinds.count(kind) for kind in kinds}


async def test_a_question_is_one_search_over_the_persons_root_and_is_kept_for_its_conversation(
    agent: str, cloud: Cloud, aws_requests: AwsRequests
) -> None:
    word, session = f"w{uuid.uuid4().hex[:6]}", thread()
    remember(cloud, word)

    first = await ask(agent, cloud.tokens["alice"], word, session)
    (search,) = searches(aws_requests)
    again = await ask(agent, cloud.tokens["alice"], word, session)
    asked = len(searches(aws_requests))
    elsewhere = await ask(agent, cloud.tokens["alice"], word, thread())
    forgotten = {"audience": "alone", "memoryVersion": "another"}
    await ask(agent, cloud.tokens["alice"], word, session, forwardedProps=forgotten)

    assert search.namespace == f"/people/{cloud.subjects['alice']}/"
    assert recalled(first) == {"facts": 5, "preferences": 3}  # eight in all, summaries last
    assert asked == 1
    assert recalled(again) == recalled(elsewhere) == recalled(first)
    assert len(searches(aws_requests)) == 3  # at /me something was forgotten


async def test_a_throttled_recall_leaves_an_answer_without_it_and_a_line_in_the_log(
    agent: str, cloud: Cloud, aws_requests: AwsRequests, caplog: pytest.LogCaptureFixture
) -> None:
    aws_requests.throttle = lambda sent: sent.path.endswith("/retrieve")
    with caplog.at_level(logging.WARNING, "agent"):
        answer = await ask(agent, cloud.tokens["alice"], "Is LAPTOP-2024-001 under warranty?")

    assert "**active**" in answer.text
    assert MEMORY_INCOMPLETE not in answer.text
    assert recalled(answer) == {}
    assert len(searches(aws_requests)) == 3  # what a client tries by itself
    lines = [record.getMessage() for record in caplog.records]
    assert [line for line in some(lines) if "recall was throttled" in line]


def test_what_was_recalled_is_kept_until_it_is_old_or_something_is_deleted() -> None:
    now = [1000.0]
    recalls = RecentRecalls(lambda: now[0]).of_version("one")
    recalls.note("one", "tea?", [])
    assert recalls.of("one", "tea?") == []
    assert recalls.of("one", "cake?") is None
    assert recalls.of("two", "tea?") is None

    now[0] += KEEP_SECONDS + 1
    assert recalls.of("one", "tea?") is None
    recalls.note("one", "tea?", [])
    after = recalls.recalls.of_version("two")
    assert (after.of("one", "tea?"), after.latest("one")) == (None, [])
    assert recalls.of("one", "tea?") == []
    recalls.recalls._on_deleted()
    assert recalls.of("one", "tea?") is None


async def test_a_preference_is_recalled_with_any_question_and_followed(
    cloud: Cloud, gateway: str
) -> None:
    """In a conversation of its own, by words that the question has none of."""
    question = "What does the company policy say about hotels?"
    async with serving(runtime_of(cloud)) as address:
        long = await ask(address, cloud.tokens["admin"], question)
        await ask(address, cloud.tokens["admin"], "I prefer short answers.")
        short = long
        for _ in range(100):  # the extractor works after the answer
            short = await ask(address, cloud.tokens["admin"], question, thread())
            if recalled(short).get("preferences"):
                break
            await asyncio.sleep(0.1)
        forget_preferences(cloud, cloud.subjects["admin"])

    assert "140 euros" in short.text
    assert len(short.text) < len(long.text) / 2


def forget_preferences(cloud: Cloud, subject: str) -> None:
    client, memory = boto3.client("bedrock-agentcore"), cloud.parameters["memory_id"]
    there = f"/people/{subject}/preferences/"
    found = client.list_memory_records(memoryId=memory, namespace=there)["memoryRecordSummaries"]
    for record in some(found):
        client.delete_memory_record(memoryId=memory, memoryRecordId=record["memoryRecordId"])
