"""A tool that needs approval: asked before, done or left as its person decides, never stuck."""

from typing import Any

import pytest

from agent.authorization.approval import NOT_APPROVED, tools_needing_approval
from agent.authorization.rights import POLICY
from agent.errors import MemoryUnavailableError
from tests.agent.local_agent import (
    Cloud,
    ask,
    decide,
    interrupts,
    runtime_of,
    serving,
    thread,
)

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
