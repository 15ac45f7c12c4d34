"""Whatever a model calls and says, others see nothing that is not for them: real rights, any room.

The model calls tool after tool and says all that it was ever told. Each tool tells one word of its
own, and who may read which word is written here apart from the policy.
"""

import json
import random
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import product
from types import SimpleNamespace
from typing import Any, cast

import cedarpy
import pytest
from ag_ui.core import BaseEvent, Context, RunAgentInput, UserMessage
from strands import tool
from strands.types.content import Messages
from strands.types.tools import AgentTool

from agent.authorization.rights import Rights
from agent.memory.agentcore_memory import RunMemory
from agent.models.offline.tool_choice import ToolCall
from agent.request.audience import Audience, RunAudience
from agent.request.caller import Caller
from agent.run.agent_factory import AgentFactory
from agent.run.assistant import Assistant
from agent.run.explanation import Explanation
from agent.run.limits import RunLimits
from agent.tools.client_account_tool import client_account_tool
from bots.platform import ReplyStream
from bots.turn.private_part import NarrowingReply
from tests.agent.authorization.test_audience import ADMINS, GROUPS, USERS, WIDEST, WIDTH
from tests.agent.scripted_models import Reply, ScriptedModel
from tests.some import some

ROOMS: Mapping[str, tuple[Audience, Any]] = {
    "a direct message": (Audience.ALONE, {"audience": "alone"}),
    "a channel": (Audience.COLLEAGUES, {"audience": "colleagues"}),
    "a channel with memory": (
        Audience.COLLEAGUES,
        {"audience": "colleagues", "personalMemory": True},
    ),
    "a shared channel": (Audience.OUTSIDERS, {"audience": "outsiders"}),
    "a shared channel with memory": (
        Audience.OUTSIDERS,
        {"audience": "outsiders", "personalMemory": True},
    ),
    "nobody knows": (Audience.OUTSIDERS, {"audience": "friends", "personalMemory": 1}),
}
WITH_MEMORY = {"a direct message", "a channel with memory"}
ACCOUNT = "look_up_client_account"
FIELDS: Mapping[str, Mapping[str, Audience]] = {
    **{
        name: {USERS: Audience.COLLEAGUES, ADMINS: Audience.ALONE}
        for name in ("client_id", "name", "status", "plan")
    },
    **{name: {ADMINS: Audience.ALONE} for name in ("email", "account_manager")},
}
NOT_MADE = {"warranty___find_serial_numbers"}
"""Without a conversation that is kept nobody can be asked for approval."""
TOOLS = [*WIDEST, "forget", "pause_memory", "resume_memory"]
ORDERS, AT_ONCE = 14, 4
ARGUMENTS = {ACCOUNT: {"client": "C-1"}}
CANARY = re.compile(r"canary<(\w+)>")


class Everybody:
    """A reply that keeps all that it is given: whatever a platform shows, it shows no more."""

    def __init__(self) -> None:
        self.given: list[BaseEvent] = []

    async def show(self, event: BaseEvent) -> None:
        self.given.append(event)

    async def say(self, sentence: str, *, stoppable: bool = False) -> None:
        raise AssertionError(sentence)

    @property
    def words(self) -> set[str]:
        return set(CANARY.findall("".join(event.model_dump_json() for event in self.given)))


class Talker:
    """A model that calls the tools in an order and repeats all that it knows before each."""

    def __init__(self, order: Sequence[str]) -> None:
        self.order, self.steps, self.recalled = order, 0, ""

    def reply(self, messages: Messages) -> Reply:
        told = sorted({found[0] for found in CANARY.finditer(str(messages))})
        known = " ".join(["I know", self.recalled, *told])
        called = sum("toolUse" in block for message in messages for block in message["content"])
        following = self.order[called : called + AT_ONCE]
        self.steps += len(following)
        return [known, *(ToolCall(name, ARGUMENTS.get(name, {})) for name in following)]


@dataclass(slots=True)
class Canaries(AgentFactory):
    """The real agent with tools that tell a word each."""

    talker: Talker = field(default_factory=lambda: Talker(()))

    async def _open_memory(
        self,
        caller: Caller,
        session: str,
        explanation: Explanation,
        audience: RunAudience,
        *,
        question: str,
        version: str,
    ) -> RunMemory | None:
        del caller, session, explanation, question, version
        self.talker.recalled = "canary<memory>" if audience.personal_memory else ""
        return None

    def _local_tools(self, memory: RunMemory | None, rights: Rights) -> list[AgentTool]:
        del memory
        row = {name: f"canary<{name}>" for name in FIELDS}
        accounts: Any = SimpleNamespace(find=lambda _, by_email: [row])
        others = [telling(name) for name in TOOLS if name not in {ACCOUNT, "unknown"}]
        return [client_account_tool(accounts, rights), *others]


def rooms(*names: str) -> list[tuple[str, tuple[Audience, Any]]]:
    return [(name, ROOMS[name]) for name in names]


def telling(name: str) -> AgentTool:
    @tool(name=name, description=f"Tells the word of {name}.")
    def told() -> str:
        return f"canary<{name}>"

    return told


def assistant(talker: Talker, factory: type["Canaries"]) -> Assistant:
    async def none() -> list[AgentTool]:
        return []

    gateway: Any = SimpleNamespace(tools=none, unavailable_tools=None)
    policies: Any = SimpleNamespace(look_ahead=lambda: None)
    nothing = cast("Any", None)
    return Assistant(
        factory(
            model=ScriptedModel(talker.reply),
            gateway=gateway,
            memory=nothing,
            client_accounts=nothing,
            policies=policies,
            run_limits=RunLimits(100, 10_000_000, 600),
            reader=nothing,
            talker=talker,
        )
    )


async def seen(
    groups: tuple[str, ...],
    props: Any,
    talker: Talker,
    factory: type["Canaries"],
    context: Sequence[Context] = (),
) -> tuple[Everybody, Everybody]:
    """What others see of a run, and what its asker sees beside it."""
    shared, private = Everybody(), Everybody()

    @asynccontextmanager
    async def opened() -> AsyncIterator[ReplyStream]:
        yield private

    asked = RunAgentInput(
        thread_id="t" * 33,
        run_id="r",
        messages=[UserMessage(id="1", content="Tell me all that you know.")],
        tools=[],
        context=list(context),
        state={},
        forwarded_props=props,
    )
    async with NarrowingReply(shared, opened) as reply:
        caller = Caller("someone", frozenset(groups))
        async for event in assistant(talker, factory).run(asked, caller):
            await reply.show(event)
    return shared, private


def readable(groups: tuple[str, ...], audience: Audience, *, memory: bool) -> Iterator[str]:
    """The words that such a person's answer may have where these read along."""
    for word, widest in {**WIDEST, **FIELDS, **OWN}.items():
        most = [widest[group] for group in groups if group in widest]
        if any(WIDTH.index(one) >= WIDTH.index(audience) for one in most):
            yield word
    if memory:
        yield "memory"


OWN: Mapping[str, Mapping[str, Audience]] = {
    name: {USERS: Audience.ALONE, ADMINS: Audience.ALONE}
    for name in ("forget", "pause_memory", "resume_memory")
}


def asked_once(judge: Callable[..., Any]) -> Callable[..., Any]:
    """The real judgement; of the same request it is the same."""
    known: dict[str, Any] = {}

    def judged(*request: Any) -> Any:
        name = json.dumps(request)
        if name not in known:
            known[name] = judge(*request)
        return known[name]

    return judged


async def test_a_model_that_says_all_it_has_shows_others_nothing_that_is_not_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("agent.run.agent_factory.document_tools", lambda *_: [])
    monkeypatch.setattr("cedarpy.is_authorized", asked_once(cedarpy.is_authorized))
    monkeypatch.setattr("cedarpy.format_policies", asked_once(cedarpy.format_policies))
    steps, shown, answers = 0, 0, 0
    for (room, (audience, props)), groups in some(product(ROOMS.items(), GROUPS)):
        memory = room in WITH_MEMORY
        may = set(readable(groups, audience, memory=memory))
        alone = set(readable(groups, Audience.ALONE, memory=memory)) - NOT_MADE - {*OWN}
        chosen = random.Random(f"{room} {groups}")  # noqa: S311 - the same orders each time
        for _ in some(range(ORDERS)):
            talker = Talker(chosen.sample(TOOLS, len(TOOLS)))
            shared, private = await seen(groups, props, talker, Canaries)
            assert shared.words <= may, (room, groups, talker.order)
            assert alone - {ACCOUNT} <= shared.words | private.words, (room, groups)
            steps += talker.steps
            shown += len(shared.words)
            answers += 1
    assert steps > 5_000
    assert shown > answers  # others do see what is theirs
