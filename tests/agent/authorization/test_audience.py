"""What only the asker may see is said to them alone, also where others read along."""

import asyncio
from collections.abc import AsyncIterator
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from strands.agent.state import AgentState
from strands.interventions import Proceed
from strands.types.content import Messages

from agent.authorization.rights import Rights
from agent.request.audience import NARROWED, Audience, RunAudience
from agent.request.caller import Caller
from tests.agent.local_agent import Answer, Cloud, ask, interrupts, runtime_of, serving, thread
from tests.agent.scripted_models import TestModel
from tests.some import some

COLLEAGUES = {"audience": "colleagues"}
OUTSIDERS = {"audience": "outsiders"}
GUTENBERG = "Remember that my printer is named Gutenberg."


def narrowed_at(answer: Answer) -> int:
    """Where the answer says that it goes on to the asker alone; its length where it doesn't."""
    places = [
        place
        for place, event in enumerate(answer.events)
        if event["type"] == "CUSTOM" and event["name"] == NARROWED
    ]
    assert len(places) <= 1
    return places[0] if places else len(answer.events)


def in_the_open(answer: Answer) -> str:
    """What others may see of an answer, whatever a platform shows."""
    return str(answer.events[: narrowed_at(answer)])


@pytest_asyncio.fixture
async def watched(
    cloud: Cloud, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[str, list[str]]]:
    """A runtime, and what its model was given, question by question."""
    given: list[str] = []

    async def note(messages: Messages) -> None:
        given.append(str(messages))

    monkeypatch.setattr("agent.models.providers.model", lambda _: TestModel(note))
    async with serving(runtime_of(cloud)) as address:
        yield address, given


@pytest.mark.parametrize("props", [COLLEAGUES, OUTSIDERS, {}, {"audience": "everybody"}, ["alone"]])
async def test_nothing_personal_is_recalled_where_others_read_along(
    watched: tuple[str, list[str]], cloud: Cloud, props: Any
) -> None:
    address, given = watched
    token = cloud.tokens["alice"]
    await ask(address, token, GUTENBERG)
    await asyncio.sleep(0.5)
    await ask(address, token, "What is the name of my printer?")
    assert "Gutenberg" in given[-1]

    answer = await ask(address, token, "What is the name of my printer?", forwardedProps=props)

    assert "Gutenberg" not in given[-1]
    assert "Gutenberg" not in str(answer.events)


async def test_administrators_may_let_memory_into_channels_of_their_company_only(
    watched: tuple[str, list[str]], cloud: Cloud
) -> None:
    address, given = watched
    token = cloud.tokens["alice"]
    await ask(address, token, GUTENBERG)
    await asyncio.sleep(0.5)
    for props, recalled in (
        ({**COLLEAGUES, "personalMemory": True}, True),
        ({**COLLEAGUES, "personalMemory": "yes"}, False),
        ({**OUTSIDERS, "personalMemory": True}, False),
    ):
        await ask(address, token, "What is the name of my printer?", forwardedProps=props)
        assert ("Gutenberg" in given[-1]) is recalled, props


async def test_nothing_is_learned_of_what_is_said_where_others_read_along(
    runtime: str, cloud: Cloud
) -> None:
    token = cloud.tokens["admin"]
    said = "Remember that my plotter is named Mercator."
    await ask(runtime, token, said, forwardedProps=COLLEAGUES)
    await asyncio.sleep(0.5)

    answer = await ask(runtime, token, "What do you know about my plotter?")

    assert "Mercator" not in answer.text


@pytest.mark.parametrize("props", [COLLEAGUES, OUTSIDERS])
@pytest.mark.parametrize("question", ["What do you know about me?", "Forget that I like tea."])
async def test_what_is_remembered_is_told_to_the_asker_alone(
    runtime: str, cloud: Cloud, question: str, props: dict[str, str]
) -> None:
    answer = await ask(runtime, cloud.tokens["alice"], question, forwardedProps=props)

    seen = answer.types[: narrowed_at(answer)]
    assert narrowed_at(answer) < len(answer.events), interrupts(answer)
    assert not {"TEXT_MESSAGE_CONTENT", "TOOL_CALL_RESULT", "RUN_FINISHED"} & set(seen)
    assert not interrupts(answer)


async def test_a_field_that_not_everybody_may_see_is_told_to_the_asker_alone(
    watched: tuple[str, list[str]], cloud: Cloud
) -> None:
    address, given = watched
    question, where = "What do we know about the client C-1001?", thread()
    hers = await ask(address, cloud.tokens["alice"], question, forwardedProps=COLLEAGUES)
    his = await ask(address, cloud.tokens["admin"], question, where, forwardedProps=COLLEAGUES)
    manager = "account_manager"

    assert narrowed_at(hers) == len(hers.events)
    assert f'"{manager}"' not in str(hers.events).replace("\\", "")
    assert manager in str(his.events)
    assert manager not in in_the_open(his)

    await ask(address, cloud.tokens["admin"], "And the weather?", where, forwardedProps=COLLEAGUES)
    assert manager not in given[-1]  # what was answered privately stays out of the thread
    assert "I answered this privately." in given[-1]


async def test_a_private_answer_that_is_said_again_is_private_again(
    runtime: str, cloud: Cloud
) -> None:
    question, where = "What do we know about the client C-1001?", thread()
    asked: dict[str, Any] = {"runId": "slack:again", "forwardedProps": COLLEAGUES}
    first = await ask(runtime, cloud.tokens["admin"], question, where, **asked)
    again = await ask(runtime, cloud.tokens["admin"], question, where, **asked)

    assert first.text == again.text
    assert narrowed_at(again) < again.types.index("TEXT_MESSAGE_CONTENT")


async def test_outsiders_get_only_what_is_fit_for_them(runtime: str, cloud: Cloud) -> None:
    token = cloud.tokens["alice"]
    policy = "How many vacation days do I have?"
    web = "Search the web for the tallest building."
    warranty = await ask(runtime, token, "Is LAPTOP-2024-001 under warranty?")
    assert narrowed_at(warranty) == len(warranty.events)
    for question, open_to in ((policy, "colleagues"), (web, "outsiders")):
        for props in (COLLEAGUES, OUTSIDERS):
            answer = await ask(runtime, token, question, forwardedProps=props)
            private = narrowed_at(answer) < len(answer.events)
            assert private is (props is OUTSIDERS and open_to == "colleagues"), (question, props)


USERS, ADMINS = "bizassist-users", "bizassist-admins"
WIDEST = {  # the widest audience in which each group has a tool, as a reader takes the policy
    "search___web_search": {USERS: Audience.OUTSIDERS, ADMINS: Audience.OUTSIDERS},
    "look_up_client_account": {USERS: Audience.COLLEAGUES, ADMINS: Audience.COLLEAGUES},
    "search_company_policy": {USERS: Audience.COLLEAGUES, ADMINS: Audience.COLLEAGUES},
    "analyze_document": {USERS: Audience.COLLEAGUES, ADMINS: Audience.COLLEAGUES},
    "compare_documents": {USERS: Audience.COLLEAGUES, ADMINS: Audience.COLLEAGUES},
    "warranty___check_warranty_status": {USERS: Audience.COLLEAGUES, ADMINS: Audience.COLLEAGUES},
    "show_my_memory": {USERS: Audience.ALONE, ADMINS: Audience.ALONE},
    "warranty___find_serial_numbers": {ADMINS: Audience.ALONE},
    "unknown": {},
}
WIDTH = list(Audience)


GROUPS = ((), (USERS,), (ADMINS,), (USERS, ADMINS), ("others",))


def judged(groups: tuple[str, ...], audience: Audience, tool: str) -> tuple[bool, Audience]:
    """The real policy's verdict of one call, and who reads along after it."""
    state = RunAudience(audience)
    rights = Rights(Caller("someone", frozenset(groups)), state)
    return isinstance(rights.before_tool_call(call(tool)), Proceed), state.now


def test_no_order_of_calls_lets_others_see_what_is_not_for_them() -> None:
    # A verdict depends on nothing but these, so each is asked once for all orders of calls.
    verdicts = {one: judged(*one) for one in product(GROUPS, Audience, WIDEST)}
    seen = 0
    for groups, audience, calls in some(product(GROUPS, Audience, product(WIDEST, repeat=3))):
        now = audience
        for tool in some(calls):
            allowed, after = verdicts[groups, now, tool]
            widest = [WIDEST[tool][group] for group in groups if group in WIDEST[tool]]
            assert allowed is bool(widest), (groups, audience, calls)
            fits = allowed and any(WIDTH.index(after) <= WIDTH.index(one) for one in widest)
            assert fits or (not allowed and after is now), (groups, audience, calls)
            assert WIDTH.index(after) <= WIDTH.index(now)
            now = after
        seen += 1
    assert seen > 5_000


def call(tool: str) -> Any:
    """A tool's call as the agent is about to make it."""
    return SimpleNamespace(
        tool_use={"name": tool, "toolUseId": "1", "input": {}},
        invocation_state={},
        agent=SimpleNamespace(state=AgentState({})),
    )
