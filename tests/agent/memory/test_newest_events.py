"""What a run calls of the memory: three calls at once before the model, one in the end."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from strands.types.content import Messages

from agent.app import application
from agent.memory.newest_events import NEWEST, WINDOW
from tests.agent.aws_requests import AwsRequests, aws_requests
from tests.agent.local_agent import Cloud, ask, serving, thread
from tests.agent.memory_contents import event, put
from tests.agent.scripted_models import TestModel
from tests.some import some

__all__ = ["aws_requests"]

ROLES = ("user", "assistant")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Messages]:
    """What the model was shown, question by question."""
    seen: list[Messages] = []

    async def look(messages: Messages) -> None:
        seen.append(messages)

    monkeypatch.setattr("agent.models.providers.model", lambda _: TestModel(look))
    return seen


@pytest_asyncio.fixture
async def agent(cloud: Cloud, gateway: str, aws_requests: AwsRequests) -> AsyncIterator[str]:
    async with serving(application(cloud.settings())) as address:
        await asyncio.sleep(0.3)  # an extractor may still be at work for an earlier test
        yield address


def made(requests: AwsRequests) -> Counter[str]:
    """The calls of the memory, by what they do."""
    names = Counter[str]()
    for sent in requests.memory:
        if sent.path.endswith("/retrieve"):
            names["recall"] += 1
        elif sent.path.endswith("/events"):
            names["save"] += 1
        else:
            names["list"] += 1
    return names


async def test_a_warm_run_reads_three_times_and_saves_once(
    agent: str, cloud: Cloud, aws_requests: AwsRequests
) -> None:
    session = thread()
    for question in ("Hello", "Hello there", "Is LAPTOP-2024-001 under warranty?"):
        aws_requests.sent.clear()
        answer = await ask(agent, cloud.tokens["alice"], question, session)
        assert answer.types[-1] == "RUN_FINISHED"
        assert made(aws_requests) == {"list": 2, "recall": 1, "save": 1}


async def test_a_long_conversation_is_read_by_its_newest_page(
    agent: str, cloud: Cloud, aws_requests: AwsRequests, shown: list[Messages]
) -> None:
    alice, sizes = cloud.subjects["alice"], list[int]()
    for turns in (NEWEST, 4 * NEWEST):
        session = thread()
        said = [(role, {"text": f"{role} {n}"}) for n in range(turns) for role in ROLES]
        put(cloud, alice, session, *(event(*one) for one in said))
        aws_requests.sent.clear()
        await ask(agent, cloud.tokens["alice"], "And now?", session)
        sizes.append(len(shown[-1]))
        assert made(aws_requests)["list"] == 2

    assert sizes[0] == sizes[1] <= WINDOW + 1
    first, *_ = some(shown[-1])
    assert first["role"] == "user"
