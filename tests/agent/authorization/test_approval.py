"""A tool that needs approval: asked before, done or left as its person decides, never stuck."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from strands.types.content import Messages

from agent.authorization.approval import NOT_APPROVED, tools_needing_approval
from agent.authorization.rights import POLICY
from agent.errors import MemoryUnavailableError
from agent.models.offline.tool_choice import ToolCall
from agent.request.audience import NARROWED
from tests.agent.local_agent import (
    Cloud,
    ask,
    decide,
    interrupts,
    runtime_of,
    serving,
    thread,
)
from tests.agent.scripted_models import Reply, ScriptedModel, results_in
from tests.some import some

TOOL = "warranty___find_serial_numbers"
QUESTION = "Find serial numbers of the devices of the customer alice@example.com"
FOUND = "LAPTOP-2024-001"


@pytest.fixture
def token(cloud: Cloud) -> str:
    return cloud.tokens["admin"]


def test_the_policy_says_what_needs_approval_and_what_it_does() -> None:
    assert tools_needing_approval(POLICY) == {
        "forget": "It deletes from my memory what is listed here, for good.",
        "pause_memory": (
            "I then don't use what I know about you and learn nothing new, until you resume it."
        ),
        "resume_memory": (
            "I then use what I know about you again, and learn from what you tell me."
        ),
        TOOL: "It shows which devices a customer has, with their serial numbers.",
    }


@pytest.mark.parametrize(
    "policy",
    [
        '@approval("It acts.") permit (principal, action, resource);',
        '@approval permit (principal, action == Action::"act", resource);',
    ],
)
def test_an_approval_without_tools_or_words_is_a_mistake(policy: str) -> None:
    with pytest.raises(ValueError, match="needs its words, and a policy that names its tools"):
        tools_needing_approval(policy)


async def test_the_call_waits_and_says_what_it_would_do(runtime: str, token: str) -> None:
    asked = await ask(runtime, token, QUESTION)

    (interrupt,) = interrupts(asked)
    assert interrupt["message"] == tools_needing_approval(POLICY)[TOOL]
    assert interrupt["metadata"]["tool_name"] == TOOL
    assert interrupt["metadata"]["tool_input"] == {"customer_email": "alice@example.com"}
    assert "TOOL_CALL_RESULT" not in asked.types
    assert FOUND not in str(asked.events)


async def test_who_has_no_right_is_refused_and_not_asked(runtime: str, cloud: Cloud) -> None:
    asked = await ask(runtime, cloud.tokens["alice"], QUESTION)

    assert interrupts(asked) == []
    assert asked.text.startswith("You don't have the right to see that.")


async def test_approved_it_runs_and_the_answer_goes_on(runtime: str, token: str) -> None:
    session = thread()
    asked = await ask(runtime, token, QUESTION, session)
    done = await decide(runtime, token, session, asked)

    assert "TOOL_CALL_START" not in done.types
    assert FOUND in done.text
    assert interrupts(done) == []


@pytest.mark.parametrize(
    "decision",
    [
        {"status": "resolved", "payload": {"approved": False}},
        {"status": "cancelled"},
    ],
)
async def test_refused_it_does_not_run(runtime: str, token: str, decision: dict[str, Any]) -> None:
    session = thread()
    asked = await ask(runtime, token, QUESTION, session)
    done = await decide(runtime, token, session, asked, **decision)

    assert done.text == NOT_APPROVED
    assert FOUND not in str(done.events)
    assert (await ask(runtime, token, "Hello", session)).types[-1] == "RUN_FINISHED"


@pytest.mark.parametrize("payload", [{"approved": "yes"}, {}, "true", {"approved": 1}])
async def test_what_is_no_decision_decides_nothing(
    runtime: str, token: str, payload: object
) -> None:
    session = thread()
    asked = await ask(runtime, token, QUESTION, session)
    odd = await decide(runtime, token, session, asked, status="resolved", payload=payload)

    assert odd.types[-1] == "RUN_ERROR"
    assert FOUND not in str(odd.events)
    assert FOUND in (await decide(runtime, token, session, asked)).text


async def test_the_decision_may_come_after_a_restart(
    cloud: Cloud, gateway: str, token: str
) -> None:
    session = thread()
    async with serving(runtime_of(cloud)) as before:
        asked = await ask(before, token, QUESTION, session)
    async with serving(runtime_of(cloud)) as after:
        done = await decide(after, token, session, asked)

    assert FOUND in done.text


async def test_a_decision_that_comes_twice_is_reread_and_runs_nothing(
    runtime: str, token: str
) -> None:
    session = thread()
    asked = await ask(runtime, token, QUESTION, session)
    first = await decide(runtime, token, session, asked)
    again = await decide(runtime, token, session, asked)
    other = await decide(
        runtime, token, session, asked, status="resolved", payload={"approved": False}
    )

    assert again.text == first.text
    assert "TOOL_CALL_RESULT" not in again.types
    assert other.one("RUN_ERROR")["message"].startswith("That decision was already taken")


async def test_a_new_question_drops_the_call_and_is_answered(runtime: str, token: str) -> None:
    session = thread()
    asked = await ask(runtime, token, QUESTION, session)
    new = await ask(runtime, token, "Is LAPTOP-2024-001 under warranty?", session)
    late = await decide(runtime, token, session, asked)

    assert "**active**" in new.text
    assert FOUND in new.text
    assert NOT_APPROVED not in new.text
    assert late.types[-1] == "RUN_ERROR"
    assert "TOOL_CALL_RESULT" not in late.types
    again = await ask(runtime, token, QUESTION, session)
    assert FOUND in (await decide(runtime, token, session, again)).text


async def test_nobody_decides_in_another_persons_session(
    runtime: str, cloud: Cloud, token: str
) -> None:
    session = thread()
    asked = await ask(runtime, token, QUESTION, session)
    hers = await decide(runtime, cloud.tokens["alice"], session, asked)

    assert hers.types[-1] == "RUN_ERROR"
    assert FOUND not in str(hers.events)
    assert FOUND in (await decide(runtime, token, session, asked)).text


async def test_rights_are_judged_again_when_the_call_is_approved(
    runtime: str, cloud: Cloud, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = thread()
    asked = await ask(runtime, token, QUESTION, session)
    monkeypatch.setattr(
        "agent.authorization.rights.POLICY", "forbid (principal, action, resource);"
    )
    done = await decide(runtime, token, session, asked)

    assert "TOOL_CALL_RESULT" in done.types
    assert done.text.startswith("You don't have the right to see that.")


async def test_without_memory_it_is_refused_for_now(
    runtime: str, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object) -> None:
        raise MemoryUnavailableError(detail="down")

    monkeypatch.setattr(
        "agent.memory.access.person_credentials.MemoryCredentials.session", unreachable
    )
    asked = await ask(runtime, token, QUESTION)

    assert interrupts(asked) == []
    assert "I can't ask for it while your memory can't be reached" in asked.text


SERIALS = ToolCall(TOOL, {"customer_email": "alice@example.com"})
PAUSE, RESUME = ToolCall("pause_memory"), ToolCall("resume_memory")


@pytest_asyncio.fixture
async def asking_twice(
    cloud: Cloud, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    """The agent with a model that calls what its question names, all at once or one by one."""

    def reply(messages: Messages) -> Reply:
        question = next(block["text"] for block in messages[0]["content"] if "text" in block)
        plan = [SERIALS, PAUSE, RESUME] if "all" in question else [SERIALS, RESUME]
        called = sum("toolUse" in block for message in messages for block in message["content"])
        if called == len(plan):
            return " ".join(results_in(messages))
        return plan if "all" in question else [plan[called]]

    monkeypatch.setattr("agent.models.providers.model", lambda _: ScriptedModel(reply))
    async with serving(runtime_of(cloud)) as address:
        yield address


async def test_several_calls_of_one_answer_are_approved_together(
    asking_twice: str, token: str
) -> None:
    session = thread()
    asked = await ask(asking_twice, token, "Do all of it.", session)
    names = [one["metadata"]["tool_name"] for one in some(interrupts(asked))]
    done = await decide(asking_twice, token, session, asked)

    assert sorted(names) == sorted([TOOL, "pause_memory", "resume_memory"])
    assert interrupts(done) == []
    for said in (FOUND, "Memory is paused.", "Memory is on again"):
        assert said in done.text


async def test_several_calls_of_one_answer_are_refused_together(
    asking_twice: str, token: str
) -> None:
    session = thread()
    asked = await ask(asking_twice, token, "Do all of it.", session)
    refused = {"status": "resolved", "payload": {"approved": False}}
    done = await decide(asking_twice, token, session, asked, **refused)

    assert len(interrupts(asked)) == 3
    assert done.text.count(NOT_APPROVED) == 3
    assert FOUND not in str(done.events)


async def test_an_approval_may_follow_another_in_one_answer_also_in_a_later_process(
    asking_twice: str, cloud: Cloud, token: str
) -> None:
    session = thread()
    first = await ask(asking_twice, token, "One by one.", session)
    second = await decide(asking_twice, token, session, first)
    async with serving(runtime_of(cloud)) as deployed_anew:
        done = await decide(deployed_anew, token, session, second)

    assert [one["metadata"]["tool_name"] for one in some(interrupts(first))] == [TOOL]
    assert [one["metadata"]["tool_name"] for one in some(interrupts(second))] == ["resume_memory"]
    assert interrupts(done) == []
    assert "Memory is on again" in done.text


async def test_where_others_read_along_an_approval_is_asked_of_the_asker_alone(
    runtime: str, token: str
) -> None:
    for props in ({"audience": "colleagues"}, {"audience": "outsiders"}):
        asked = await ask(runtime, token, QUESTION, forwardedProps=props)
        narrowed = [at for at, one in enumerate(asked.events) if one.get("name") == NARROWED]
        assert len(narrowed) == 1
        assert len(interrupts(asked)) == 1
        assert asked.types.index("RUN_FINISHED") > narrowed[0]
