"""An answer is made once, and shown until it is seen or known to be undeliverable.

The real ledger, rules and encryption; a runtime by script and a place that refuses by script.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import boto3
import httpx
import pytest
from ag_ui.core import (
    BaseEvent,
    Interrupt,
    RunAgentInput,
    RunErrorEvent,
    RunFinishedEvent,
    TextMessageContentEvent,
)
from bedrock_agentcore.runtime import AGUIApp
from bedrock_agentcore.runtime.context import RequestContext
from starlette.applications import Starlette
from starlette.routing import Mount

from agent.run.runs_under_way import RunsUnderWay
from bots.answer.draft import Draft
from bots.errors import (
    BotError,
    DeliveryRefused,
    NoPrivateChat,
    PlatformRefused,
    PlatformUnavailable,
    QuestionTooLong,
    RunUnavailable,
    TryAgain,
)
from bots.limits.fair_slots import FairSlots
from bots.platform import Accepted, Answer, Audience, Receipt, ReplyStream, Turn
from bots.runtime import RunAddress, Runtime
from bots.turn.decision_and_stop import TurnActions
from bots.turn.handler import LONGEST_QUESTION, TurnHandler
from bots.turn.ledger import Ledger
from bots.turn.result_encryption import ResultEncryption
from bots.turn.run import Runs
from bots.workspace_rules.daily_question_count import Quotas
from bots.workspace_rules.daily_token_usage import DailyUsage
from bots.workspace_rules.refusals import WorkspaceRules
from identity.executor import Executor
from identity.links import Links
from identity.people import ChatUser, Names
from identity.tokens.broker import TokenBroker
from identity.workspaces.settings import Workspaces
from tests.agent.local_agent import serving
from tests.bots.receipt import Held
from tests.conftest import Stack

SAID: list[BaseEvent] = [
    TextMessageContentEvent(message_id="m", delta="It is "),
    TextMessageContentEvent(message_id="m", delta="covered."),
    RunFinishedEvent(thread_id="t", run_id="r"),
]


@dataclass
class Room:
    """A place where one message is posted and edited; what it does next can be scripted.

    :ivar opening: raised instead of the first post.
    :ivar closing: raised, one each, instead of the final edit.
    :ivar showing: raised instead of an edit meanwhile.
    :ivar only_asker: the same place as only the asker sees it; None where there is no such.
    """

    opening: BotError | None = None
    closing: list[BotError] = field(default_factory=list)
    showing: BotError | None = None
    private: BotError | None = None
    linking: BotError | None = None
    messages: dict[str, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    approvals: list[Interrupt] = field(default_factory=list)
    only_asker: "Room | None" = None
    can_approve: ClassVar = False

    async def dispatch(self, accepted: Accepted, answer: Answer) -> None:
        raise AssertionError("nobody dispatches here")

    async def check_installation(self, _: str) -> None:
        raise AssertionError("nobody asks here")

    async def ask_to_link(self, turn: Turn, url: str) -> None:
        assert self.linking, "everybody is linked"
        raise self.linking

    async def ask_approval(self, turn: Turn, interrupts: Sequence[Interrupt]) -> None:
        self.approvals += interrupts

    async def notify(self, turn: Turn, sentence: str) -> None:
        if self.private:
            raise self.private
        self.told.append(sentence)

    def reply(self, turn: Turn, receipt: Receipt) -> AbstractAsyncContextManager[ReplyStream]:
        room = self.only_asker if turn.private and self.only_asker else self
        return room._reply(receipt)

    @asynccontextmanager
    async def _reply(self, receipt: Receipt) -> AsyncIterator[ReplyStream]:
        if self.opening:
            raise self.opening
        message = receipt.message or secrets.token_hex(4)
        if receipt.message is None:
            await receipt.keep(message)
        self.messages[message] = "Thinking…"
        reply = _Reply(self, message)
        yield reply
        if not reply.said:
            if self.closing:
                raise self.closing.pop(0)
            self.messages[message] = reply.draft.final()


class _Reply:
    def __init__(self, room: Room, message: str) -> None:
        self._room, self._message = room, message
        self.draft, self.said = Draft(), False

    async def show(self, event: BaseEvent) -> None:
        if self._room.showing:
            raise self._room.showing
        self.draft.take(event)

    async def say(self, sentence: str, *, stoppable: bool = False) -> None:
        self.said = True
        self._room.messages[self._message] = sentence


@dataclass
class Service:
    """A handler before a scripted runtime; ``runs`` counts what the agent was asked."""

    handler: TurnHandler
    script: list[list[BaseEvent]]
    runs: list[str]
    cancelled: list[str]
    audiences: list[tuple[Audience, bool]]
    ledger_row: "SimpleNamespace"


@pytest.fixture
def service(stack: Stack, aws: boto3.Session) -> Iterator[Service]:
    call, dynamodb, table = Executor(8), aws.client("dynamodb"), stack.parameters["ledger_table"]
    script: list[list[BaseEvent]] = [SAID]
    asked: list[str] = []
    cancelled: list[str] = []
    audiences: list[tuple[Audience, bool]] = []

    async def active(chat_user: ChatUser) -> SimpleNamespace:
        thread = "s" * 40
        return SimpleNamespace(
            subject="somebody",
            session_id=lambda _: thread,
            runtime_session=thread,
            memory_version="",
        )

    async def access_token(link: object) -> str:
        return "token"

    async def invoke(
        address: RunAddress, *_: object, audience: Audience, personal_memory: bool, **__: object
    ) -> AsyncIterator[BaseEvent]:
        asked.append(address.run)
        audiences.append((audience, personal_memory))
        step = script.pop(0) if len(script) > 1 else script[0]
        for event in step:
            yield event

    async def link_url(chat_user: ChatUser, names: Names) -> str:
        return "https://link"

    links = cast("Links", SimpleNamespace(active=active))
    tokens = cast("TokenBroker", SimpleNamespace(access_token=access_token))

    async def cancel(address: RunAddress, token: str) -> None:
        cancelled.append(address.run)

    runtime = SimpleNamespace(invoke=invoke, cancel=cancel)
    runs = Runs(
        runtime,  # type: ignore[arg-type] # the methods of it that a turn calls
        TurnActions(dynamodb, call, table),
        links,
        tokens,
        SimpleNamespace(),  # type: ignore[arg-type] # no turn here has files
        "https://chat",
    )
    handler = TurnHandler(
        ledger=Ledger(dynamodb, call, table),
        links=links,
        tokens=tokens,
        runs=runs,
        link_url=link_url,
        rules=WorkspaceRules(
            Workspaces(dynamodb, stack.parameters["workspaces_table"], call),
            Quotas(dynamodb, call, table),
            DailyUsage(dynamodb, call, table),
        ),
        results=ResultEncryption(aws.client("kms"), stack.parameters["tokens_key_id"], call),
        slots=FairSlots(8),
    )

    def row(turn: Turn) -> dict[str, dict[str, str]]:
        found = dynamodb.get_item(TableName=table, Key={"turn": {"S": turn.id}})
        return cast("dict[str, dict[str, str]]", found["Item"])

    yield Service(handler, script, asked, cancelled, audiences, SimpleNamespace(of=row))
    call.close()


def question(text: str = "Is it covered?") -> Turn:
    accepted = Accepted("slack", secrets.token_hex(6), "C1", {})
    user = ChatUser("slack", secrets.token_hex(4), "U1")
    return Turn(f"slack:{accepted.event_id}", user, "C1", text, accepted)


async def test_showing_that_fails_never_asks_the_agent_again(service: Service) -> None:
    turn, room = question(), Room(closing=[PlatformUnavailable("503")] * 4)
    for _ in range(4):
        with pytest.raises(PlatformUnavailable):
            await service.handler.answer(turn, room, Held())

    await service.handler.answer(turn, room, Held())

    assert service.runs == [turn.id]
    assert list(room.messages.values()) == ["It is covered."]
    row = service.ledger_row.of(turn)
    assert row["state"]["S"] == "answered"
    assert row["subject"]["S"] == "somebody"
    assert "result" not in row


async def test_what_is_kept_meanwhile_is_not_readable(service: Service) -> None:
    turn, room = question(), Room(closing=[PlatformUnavailable("503")])
    with pytest.raises(PlatformUnavailable):
        await service.handler.answer(turn, room, Held())

    kept = service.ledger_row.of(turn)["result"]["B"]
    assert b"covered" not in bytes(kept)


async def test_an_apology_is_no_answer_where_there_is_one(service: Service) -> None:
    turn, room = question(), Room(closing=[PlatformUnavailable("503")])
    with pytest.raises(PlatformUnavailable):
        await service.handler.answer(turn, room, Held())

    await service.handler.apologise(turn, room, Held())

    assert list(room.messages.values()) == ["It is covered."]
    assert service.runs == [turn.id]


async def test_a_place_that_takes_nothing_ends_the_turn_and_tells_its_asker(
    service: Service,
) -> None:
    turn, room = question(), Room(opening=DeliveryRefused("restricted_action"))

    await service.handler.answer(turn, room, Held())
    await service.handler.answer(turn, room, Held())

    assert service.runs == []
    assert room.told == [DeliveryRefused.sentence]
    assert service.ledger_row.of(turn)["problem"]["S"] == "undeliverable: restricted_action"


async def test_a_place_that_closes_in_the_middle_ends_the_turn_too(service: Service) -> None:
    turn, room = question(), Room(closing=[DeliveryRefused("is_archived")])

    await service.handler.answer(turn, room, Held())
    await service.handler.answer(turn, room, Held())

    assert service.runs == [turn.id]
    assert room.told == [DeliveryRefused.sentence]


@pytest.mark.parametrize("refused", [DeliveryRefused("is_archived"), NoPrivateChat("403")])
async def test_a_run_that_can_not_be_shown_any_more_is_ended(
    service: Service, refused: BotError
) -> None:
    """It would go on without its client, and nobody asks for it again."""
    turn, room = question(), Room(showing=refused)

    await service.handler.answer(turn, room, Held())

    assert service.runs == service.cancelled == [turn.id]


async def test_a_run_whose_showing_passes_is_left_to_go_on(service: Service) -> None:
    turn, room = question(), Room(showing=PlatformUnavailable("503"))
    with pytest.raises(PlatformUnavailable):
        await service.handler.answer(turn, room, Held())

    assert service.cancelled == []


async def test_who_cannot_be_told_at_all_is_listed_all_the_same(service: Service) -> None:
    room = Room(opening=DeliveryRefused("is_archived"), private=PlatformRefused("cannot_dm_bot"))
    turn = question()

    await service.handler.answer(turn, room, Held())

    assert service.ledger_row.of(turn)["problem"]["S"] == "undeliverable: is_archived"


async def test_who_can_not_be_asked_to_sign_in_is_told_another_way_and_listed(
    service: Service,
) -> None:
    async def nobody(_: ChatUser) -> None:
        return None

    handler = replace(service.handler, links=cast("Links", SimpleNamespace(active=nobody)))
    told, untold = Room(linking=DeliveryRefused("403")), Room(linking=DeliveryRefused("403"))
    untold.private = DeliveryRefused("403")
    turns = question(), question()

    for turn, room in zip(turns, (told, untold), strict=True):
        await handler.answer(turn, room, Held())

    assert told.told == [DeliveryRefused.sentence]
    for turn in turns:
        row = service.ledger_row.of(turn)
        assert (row["state"]["S"], row["problem"]["S"]) == ("answered", "undeliverable: 403")
        assert "waiting_for" not in row


async def test_a_refusal_that_nobody_can_be_told_ends_the_turn_all_the_same(
    service: Service,
) -> None:
    turn = question("x" * (LONGEST_QUESTION + 1))

    await service.handler.answer(turn, Room(private=PlatformRefused("cannot_dm_bot")), Held())

    assert service.ledger_row.of(turn)["problem"]["S"] == "refused"


async def test_an_agent_that_is_busy_is_asked_again(service: Service) -> None:
    busy: list[BaseEvent] = [RunErrorEvent(message="Too much to do.", code="MODEL_BUSY")]
    service.script[:] = [busy, SAID]
    turn, room = question(), Room()

    with pytest.raises(RunUnavailable):
        await service.handler.answer(turn, room, Held())
    assert list(room.messages.values()) == [RunUnavailable.sentence]
    await service.handler.answer(turn, room, Held())

    assert list(room.messages.values()) == ["It is covered."]


@pytest.mark.parametrize("said", ["", "Half of an answer."])
async def test_an_error_that_stays_is_told_as_what_it_is(service: Service, said: str) -> None:
    failed: list[BaseEvent] = [RunErrorEvent(message="My key is not right.", code="MODEL_REFUSED")]
    service.script[:] = [
        [TextMessageContentEvent(message_id="m", delta=said), *failed] if said else failed
    ]
    turn, room = question(), Room()

    await service.handler.answer(turn, room, Held())

    (shown,) = room.messages.values()
    assert shown == "\n\n".join(filter(None, [said, "My key is not right."]))
    assert service.ledger_row.of(turn)["problem"]["S"] == "failed"


async def test_a_question_that_is_too_long_is_told_so_at_once(service: Service) -> None:
    turn, room = question("x" * (LONGEST_QUESTION + 1)), Room()

    await service.handler.answer(turn, room, Held())

    assert service.runs == []
    assert room.told == [QuestionTooLong.sentence]


@dataclass
class Agent:
    """The agent's own keeping of runs behind its own server; a run waits in its middle.

    :ivar left: a client has gone.
    """

    runs: RunsUnderWay = field(default_factory=RunsUnderWay)
    halfway: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    made: int = 0

    async def _run(self) -> AsyncGenerator[BaseEvent]:
        self.made += 1
        yield SAID[0]
        self.halfway.set()
        await self.go_on.wait()
        for event in SAID[1:]:
            yield event

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Runtime]:
        """The chat service's client of it."""

        async def invoke(asked: RunAgentInput, context: RequestContext) -> AsyncIterator[BaseEvent]:
            session = context.session_id or ""
            try:
                async for event in self.runs.events(session, "somebody", asked, self._run):
                    yield event
            finally:
                self.left.set()

        app = AGUIApp()
        app.entrypoint(invoke)
        runtime = Starlette(routes=[Mount("/runtimes/arn", app)])
        async with serving(runtime) as url, httpx.AsyncClient() as http:
            yield Runtime(http, url, "arn")


@pytest.mark.parametrize("heard", [True, False], ids=["while it goes on", "when it is over"])
async def test_a_process_that_ends_in_the_middle_leaves_the_run_to_the_next(
    service: Service, *, heard: bool
) -> None:
    """The agent runs once, and the next process shows the whole answer in the same message."""
    turn, room, agent = question(), Room(), Agent()
    async with agent.listening() as runtime:
        runs = replace(service.handler.runs, runtime=runtime)
        first = asyncio.create_task(replace(service.handler, runs=runs).answer(turn, room, Held()))
        await asyncio.wait_for(agent.halfway.wait(), 60)
        first.cancel()
        await asyncio.wait_for(agent.left.wait(), 60)
        if not heard:
            agent.go_on.set()
            await agent.runs.ended("s" * 40, "somebody", "s" * 40)
        second = asyncio.create_task(replace(service.handler, runs=runs).answer(turn, room, Held()))
        agent.go_on.set()
        await second

    assert agent.made == 1
    assert list(room.messages.values()) == ["It is covered."]
    assert service.ledger_row.of(turn)["state"]["S"] == "answered"


@pytest.mark.parametrize("meanwhile", ["forgotten", "unlinked", "relinked"])
async def test_a_run_after_a_wait_in_line_has_the_link_as_it_is_then(
    service: Service, meanwhile: str
) -> None:
    slots, turn = FairSlots(8), question()
    link = await service.handler.links.active(turn.chat_user)
    now, seen = {"link": link}, list[str]()

    async def active(_: ChatUser) -> object:
        return now["link"]

    async def events(
        _: Turn, __: object, link: SimpleNamespace, *___: object
    ) -> AsyncIterator[BaseEvent]:
        seen.append(link.memory_version)
        for event in SAID:
            yield event

    runs: Any = SimpleNamespace(events=events, ended_if_refused=lambda *_: nullcontext())
    links: Any = SimpleNamespace(active=active)
    handler = replace(service.handler, links=links, runs=runs, slots=slots)

    async def nobody_waits() -> None:
        raise AssertionError("the slots were free")

    async with slots.slot("somebody", "elsewhere", nobody_waits):
        answering = asyncio.create_task(handler.answer(turn, Room(), Held()))
        async with asyncio.timeout(20):
            while not slots.waiting:  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.01)
        changed = {"subject": "another"} if meanwhile == "relinked" else {"memory_version": "2"}
        after: Any = SimpleNamespace(**{**vars(link), **changed})
        now["link"] = None if meanwhile == "unlinked" else after
    if meanwhile == "forgotten":
        assert await answering
        assert seen == ["2"]
    else:
        with pytest.raises(TryAgain):
            await answering
        assert seen == []
