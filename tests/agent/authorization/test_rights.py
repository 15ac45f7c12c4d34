"""Who may use which tool: judged by the sign-in, before the call, and audited."""

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from strands.agent.state import AgentState
from strands.interventions import Deny, Proceed

from agent.authorization.rights import Rights
from agent.request.audience import Audience, RunAudience
from agent.request.caller import Caller
from gateway_tools import catalog
from tests.agent.local_agent import Cloud, ask

USER = frozenset({"bizassist-users"})
ADMIN = frozenset({"bizassist-admins"})
EVERYONE = {"search___web_search", "warranty___check_warranty_status"}
FOR_ADMINS = {"warranty___find_serial_numbers"}


def verdict(
    groups: frozenset[str],
    tool: str,
    subject: str = "someone",
    audience: RunAudience | None = None,
) -> Proceed | Deny:
    event: Any = SimpleNamespace(
        tool_use={"name": tool, "toolUseId": "1", "input": {"q": 'x"; permit(principal,action,'}},
        invocation_state={},
        agent=SimpleNamespace(state=AgentState({})),
    )
    audience = audience or RunAudience(Audience.ALONE)
    return Rights(Caller(subject, groups), audience).before_tool_call(event)


def test_every_tool_of_the_gateway_is_decided_for_somebody() -> None:
    tools = {f"{target}___{name}" for target, names in catalog.targets().items() for name in names}

    assert tools == EVERYONE | FOR_ADMINS


@pytest.mark.parametrize("tool", sorted(EVERYONE))
def test_what_is_for_everyone(tool: str) -> None:
    assert isinstance(verdict(USER, tool), Proceed)
    assert isinstance(verdict(ADMIN, tool), Proceed)
    assert isinstance(verdict(frozenset(), tool), Deny)


@pytest.mark.parametrize("tool", sorted(FOR_ADMINS))
def test_what_is_for_administrators(tool: str) -> None:
    assert isinstance(verdict(ADMIN, tool), Proceed)
    assert isinstance(verdict(USER | ADMIN, tool), Proceed)
    assert isinstance(verdict(USER, tool), Deny)


@pytest.mark.parametrize(
    "tool", ["", "unknown", "warranty___", 'x"', "WARRANTY___FIND_SERIAL_NUMBERS"]
)
def test_what_is_not_named_is_refused_to_all(tool: str) -> None:
    assert isinstance(verdict(USER | ADMIN, tool), Deny)


@pytest.mark.parametrize("group", ["Bizassist-Admins", 'x", "bizassist-admins', "bizassist-admin"])
def test_a_group_must_be_the_very_group(group: str) -> None:
    assert isinstance(verdict(frozenset({group}), "warranty___find_serial_numbers"), Deny)


async def test_a_person_without_the_right_gets_a_plain_refusal_and_it_is_audited(
    runtime: str, cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    question = "Find serial numbers of the devices of the customer alice@example.com"
    with caplog.at_level(logging.WARNING, "agent.authorization.rights"):
        hers = await ask(runtime, cloud.tokens["alice"], question)
        his = await ask(runtime, cloud.tokens["admin"], question)

    assert hers.one("TOOL_CALL_START")["toolCallName"] == "warranty___find_serial_numbers"
    assert hers.text.startswith("You don't have the right to see that.")
    assert "LAPTOP-2024-001" not in str(hers.events)
    assert his.one("RUN_FINISHED")["outcome"]["type"] == "interrupt"
    (audit,) = [
        entry.getMessage() for entry in caplog.records if entry.name == "agent.authorization.rights"
    ]
    assert cloud.subjects["alice"] in audit
    assert "warranty___find_serial_numbers" in audit
    assert "alice@example.com" not in audit
