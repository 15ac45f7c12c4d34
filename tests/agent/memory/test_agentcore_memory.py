"""What is remembered belongs to the person who said it, and to nobody else."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise

import boto3
import pytest
import pytest_asyncio
from strands.types.content import Messages

from agent.app import application
from agent.errors import MemoryUnavailableError
from agent.run.agent_factory import MEMORY_INCOMPLETE
from tests.agent.aws_requests import AwsRequests, aws_requests
from tests.agent.local_agent import Cloud, ask, serving, thread
from tests.agent.memory_contents import event, put
from tests.agent.scripted_models import TestModel
from tests.some import some

__all__ = ["aws_requests"]


@pytest_asyncio.fixture
async def agent(cloud: Cloud, gateway: str, aws_requests: AwsRequests) -> AsyncIterator[str]:
    """The agent alone, so that every memory call among the requests is its own."""
    async with serving(application(cloud.settings())) as address:
        await asyncio.sleep(0.3)  # an extractor may still be at work for an earlier test
        aws_requests.sent.clear()
        yield address


async def test_what_one_person_says_comes_back_to_that_person_in_another_conversation(
    runtime: str, cloud: Cloud
) -> None:
    told = await ask(runtime, cloud.tokens["alice"], "Remember that my printer is named Gutenberg.")
    await asyncio.sleep(0.5)
    hers = await ask(runtime, cloud.tokens["alice"], "What do you know about my printer?")
    his = await ask(runtime, cloud.tokens["admin"], "What do you know about my printer?")

    assert told.text.startswith("Noted")
    assert "Gutenberg" in hers.text
    assert "Gutenberg" not in his.text


async def test_two_people_with_one_thread_id_have_two_conversations(
    runtime: str, cloud: Cloud
) -> None:
    shared = thread()
    await ask(runtime, cloud.tokens["alice"], "Is TABLET-2023-042 under warranty?", shared)
    his = await ask(runtime, cloud.tokens["admin"], "What did I ask?", shared)
    follow_up = await ask(runtime, cloud.tokens["admin"], "Is it covered?", shared)

    assert "first thing you wrote" in his.text
    assert "TABLET" not in his.text + follow_up.text


async def test_every_memory_call_of_two_people_at_once_is_signed_and_named_as_one_of_them(
    agent: str, cloud: Cloud, aws_requests: AwsRequests
) -> None:
    people = [cloud.tokens["alice"], cloud.tokens["admin"]] * 3
    answers = await asyncio.gather(*(ask(agent, token, "What do you know?") for token in people))
    assert {answer.types[-1] for answer in answers} == {"RUN_FINISHED"}

    subjects = set(cloud.subjects.values())
    assert set(aws_requests.owners.values()) == subjects
    assert {aws_requests.owners[sent.key] for sent in aws_requests.memory} == subjects
    for sent in some(aws_requests.memory):
        owner = aws_requests.owners[sent.key]
        (other,) = subjects - {owner}
        named = (sent.actor, (sent.namespace or "//").split("/")[2])
        assert owner in named
        assert other not in f"{sent.path}{sent.body}"


async def test_without_the_role_there_is_no_memory_and_it_says_so(
    agent: str, cloud: Cloud, aws_requests: AwsRequests
) -> None:
    aws_requests.deny = lambda sent: "Action=AssumeRole" in sent.body
    answer = await ask(agent, cloud.tokens["alice"], "Is LAPTOP-2024-001 under warranty?")

    assert answer.types[-1] == "RUN_FINISHED"
    assert "**active**" in answer.text
    assert MemoryUnavailableError.sentence in answer.text
    assert aws_requests.memory == []


async def test_a_refused_recall_is_told_and_not_swallowed(
    agent: str, cloud: Cloud, aws_requests: AwsRequests
) -> None:
    aws_requests.deny = lambda sent: sent.path.endswith("/retrieve")
    answer = await ask(agent, cloud.tokens["alice"], "Hello")

    assert MEMORY_INCOMPLETE in answer.text
    assert "secret-detail" not in answer.body + answer.text


async def test_a_refused_listing_is_told_and_not_swallowed(
    agent: str, cloud: Cloud, aws_requests: AwsRequests
) -> None:
    aws_requests.deny = lambda sent: sent.path.endswith("/memoryRecords")
    answer = await ask(agent, cloud.tokens["alice"], "What do you know about me?")

    assert answer.one("TOOL_CALL_START")["toolCallName"] == "show_my_memory"
    assert answer.types[-1] == "RUN_FINISHED"
    assert MEMORY_INCOMPLETE in answer.text
    assert "secret-detail" not in answer.text


async def test_a_history_that_cannot_be_read_is_told_and_nothing_is_written_over_it(
    agent: str, cloud: Cloud, aws_requests: AwsRequests
) -> None:
    session = thread()
    await ask(agent, cloud.tokens["alice"], "I ask something", session)
    aws_requests.sent.clear()
    aws_requests.deny = lambda sent: (
        sent.is_memory and "eventMetadata" not in sent.body and (sent.path.endswith(session))
    )
    denied = await ask(agent, cloud.tokens["alice"], "What did I ask?", session)
    writes = [sent for sent in aws_requests.memory if sent.path.endswith("/events")]
    aws_requests.deny = lambda _: False
    again = await ask(agent, cloud.tokens["alice"], "What did I ask?", session)

    assert MemoryUnavailableError.sentence in denied.text
    assert writes == []
    assert "I ask something" in again.text


async def test_an_answer_that_cannot_be_saved_ends_in_a_sentence(
    agent: str, cloud: Cloud, aws_requests: AwsRequests
) -> None:
    aws_requests.deny = lambda sent: sent.path.endswith("/events") and "conversational" in sent.body
    answer = await ask(agent, cloud.tokens["alice"], "Hello")

    assert "offline model" in answer.text
    assert answer.types[-1] == "RUN_FINISHED", answer.one("RUN_ERROR")
    assert MEMORY_INCOMPLETE in answer.text
    assert "secret-detail" not in str(answer.events)


async def test_an_orphaned_tool_use_does_not_break_the_conversation(
    cloud: Cloud, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Messages] = []

    async def look(messages: Messages) -> None:
        seen.append(messages)

    monkeypatch.setattr("agent.models.providers.model", lambda _: TestModel(look))
    session, alice = thread(), cloud.subjects["alice"]
    async with serving(application(cloud.settings())) as address:
        await ask(address, cloud.tokens["alice"], "First", session)
        use = {"toolUseId": "lost", "name": "some_tool", "input": {}}
        put(
            cloud,
            alice,
            session,
            event("user", {"text": "Q"}),
            event("assistant", {"toolUse": use}),
        )
        answer = await ask(address, cloud.tokens["alice"], "And now?", session)

    assert answer.types[-1] == "RUN_FINISHED"
    last = seen[-1]
    for message, following in some(pairwise(last)):
        uses = {block["toolUse"]["toolUseId"] for block in message["content"] if "toolUse" in block}
        results = {
            block["toolResult"]["toolUseId"]
            for block in following["content"]
            if "toolResult" in block
        }
        assert uses == results


async def test_events_are_listed_newest_first_as_aws_does(cloud: Cloud) -> None:
    session, actor = thread(), "somebody"
    put(cloud, actor, session, *(event("user", {"text": str(count)}) for count in range(5)))
    client = boto3.client("bedrock-agentcore")
    memory = cloud.parameters["memory_id"]
    first = client.list_events(memoryId=memory, actorId=actor, sessionId=session, maxResults=3)
    rest = client.list_events(
        memoryId=memory, actorId=actor, sessionId=session, nextToken=first["nextToken"]
    )

    times = [event["eventTimestamp"] for event in [*first["events"], *rest["events"]]]
    assert len(times) == 5
    assert times == sorted(times, reverse=True)
