"""What a workspace's administrators allow, before a real table and an handler that answers."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import boto3
import pytest
from ag_ui.core import BaseEvent, ResumeEntry, RunFinishedEvent, TextMessageContentEvent

from bots.errors import TurnRefused
from bots.limits.fair_slots import FairSlots
from bots.platform import Accepted, Platform, Turn
from bots.turn.handler import TurnHandler
from bots.turn.ledger import Ledger
from bots.turn.result_encryption import ResultEncryption
from bots.turn.run import Runs
from bots.workspace_rules.daily_question_count import QUOTA_USED_UP, Quotas
from bots.workspace_rules.daily_token_usage import USAGE_USED_UP, DailyUsage
from bots.workspace_rules.refusals import CHANNEL_NOT_ALLOWED, WorkspaceRules
from identity.executor import Executor
from identity.links import Links, new_link
from identity.people import ChatUser, Names
from identity.tokens.broker import TokenBroker
from identity.workspaces.settings import Settings, Workspace, Workspaces
from tests.bots.receipt import Held
from tests.conftest import Stack


class Unreachable(TurnRefused):
    sentence = "Nobody there."


@dataclass
class Shown:
    """A platform that remembers what was shown to whom."""

    answers: list[tuple[str, bool]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    invited: list[str] = field(default_factory=list)
    reachable: bool = True

    @asynccontextmanager
    async def reply(self, turn: Turn, receipt: object) -> AsyncIterator["Shown"]:
        if not self.reachable:
            raise Unreachable
        self.answers.append((turn.text, turn.private))
        yield self

    async def show(self, event: BaseEvent) -> None:
        assert isinstance(event, TextMessageContentEvent | RunFinishedEvent)

    async def say(self, sentence: str, *, stoppable: bool = False) -> None:
        self.notices.append(sentence)

    async def notify(self, turn: Turn, sentence: str) -> None:
        self.notices.append(sentence)

    async def ask_to_link(self, turn: Turn, url: str) -> None:
        self.invited.append(url)


@dataclass
class Bench:
    """An handler in one workspace that no other test knows."""

    handler: TurnHandler
    workspaces: Workspaces
    workspace: Workspace
    shown: Shown
    linked: bool = True
    usage: dict[str, int] = field(default_factory=dict)

    async def settle(self, **settings: Any) -> None:
        await self.workspaces.put(self.workspace, Settings(**settings))

    def turn(self, channel: str | None = None, user: str = "U1") -> Turn:
        name = secrets.token_hex(6)
        return Turn(
            id=f"slack:{name}",
            chat_user=ChatUser("slack", self.workspace.tenant, user),
            conversation="c",
            text=name,
            accepted=Accepted("slack", name, "c", {}),
            channel=channel,
        )

    async def ask(self, channel: str | None = None, user: str = "U1") -> Turn:
        turn = self.turn(channel, user)
        await self.answer(turn)
        return turn

    async def answer(self, turn: Turn) -> None:
        await self.handler.answer(turn, cast("Platform", self.shown), Held())


@pytest.fixture(scope="module")
def call() -> Iterator[Executor]:
    executor = Executor(8)
    yield executor
    executor.close()


@pytest.fixture
def bench(stack: Stack, aws: boto3.Session, call: Executor) -> Bench:
    dynamodb = aws.client("dynamodb")
    workspace = Workspace("slack", f"T{secrets.token_hex(6)}")
    workspaces = Workspaces(dynamodb, stack.parameters["workspaces_table"], call)
    ledger_table = stack.parameters["ledger_table"]

    async def active(chat_user: ChatUser) -> Any:
        if not made.linked:
            return None
        # Two chat users of one person.
        subject = "somebody" if chat_user.user in {"U1", "U2"} else chat_user.user
        return new_link(
            chat_user, subject=subject, account="a", encrypted_token=b"x", names=Names()
        )

    async def access_token(link: object) -> str:
        return "token"

    async def events(*_: object) -> AsyncIterator[BaseEvent]:
        yield TextMessageContentEvent(message_id="m", delta="Yes.")
        yield RunFinishedEvent(thread_id="t", run_id="r", result={"usage": made.usage})

    async def invite(chat_user: ChatUser, names: Names) -> str:
        return "https://link"

    handler = TurnHandler(
        ledger=Ledger(dynamodb, call, ledger_table),
        links=cast("Links", SimpleNamespace(active=active)),
        tokens=cast("TokenBroker", SimpleNamespace(access_token=access_token)),
        runs=cast(
            "Runs", SimpleNamespace(events=events, ended_if_refused=lambda *_: nullcontext())
        ),
        link_url=invite,
        rules=WorkspaceRules(
            workspaces,
            Quotas(dynamodb, call, ledger_table),
            DailyUsage(dynamodb, call, ledger_table),
        ),
        results=ResultEncryption(aws.client("kms"), stack.parameters["tokens_key_id"], call),
        slots=FairSlots(100),
    )
    made = Bench(handler, workspaces, workspace, Shown())
    return made


async def test_without_settings_everything_is_answered(bench: Bench) -> None:
    await bench.ask("C1")
    await bench.ask()

    assert [private for _, private in bench.shown.answers] == [False, False]
    assert bench.shown.notices == []


async def test_only_allowed_channels_are_answered_and_direct_messages_always(bench: Bench) -> None:
    await bench.settle(channels=("C1", "C2"))
    for channel in ("C1", "C3", None):
        await bench.ask(channel)

    assert len(bench.shown.answers) == 2
    assert bench.shown.notices == [CHANNEL_NOT_ALLOWED]


async def test_a_channel_that_is_not_allowed_asks_nobody_to_link(bench: Bench) -> None:
    bench.linked = False
    await bench.settle(channels=("C1",))
    await bench.ask("C3")

    assert bench.shown.invited == []
    assert bench.shown.notices == [CHANNEL_NOT_ALLOWED]


async def test_a_refused_turn_is_over(bench: Bench) -> None:
    await bench.settle(channels=("C1",))
    turn = await bench.ask("C3")
    await bench.answer(turn)

    assert bench.shown.notices == [CHANNEL_NOT_ALLOWED]


async def test_answers_are_private_where_that_is_settled(bench: Bench) -> None:
    await bench.settle(private=True)
    turn = await bench.ask("C1")

    assert bench.shown.answers == [(turn.text, True)]


async def test_who_cannot_be_told_alone_is_told_so(bench: Bench) -> None:
    bench.shown.reachable = False
    turn = await bench.ask("C1")
    await bench.answer(turn)

    assert bench.shown.notices == [Unreachable.sentence]


async def test_a_quota_counts_a_persons_questions_wherever_they_ask(bench: Bench) -> None:
    await bench.settle(quota=2)
    for user in ("U1", "U2", "U1", "U9"):
        await bench.ask(user=user)

    assert len(bench.shown.answers) == 3
    assert bench.shown.notices == [QUOTA_USED_UP.format(quota=2)]


async def test_of_many_at_the_same_moment_no_more_than_the_quota_are_answered(
    bench: Bench,
) -> None:
    await bench.settle(quota=3)
    await asyncio.gather(*(bench.ask() for _ in range(10)))

    assert len(bench.shown.answers) == 3
    assert len(bench.shown.notices) == 7


async def test_a_turn_that_is_delivered_twice_counts_once(
    bench: Bench, stack: Stack, aws: boto3.Session, call: Executor
) -> None:
    quotas = Quotas(aws.client("dynamodb"), call, stack.parameters["ledger_table"])
    first, second = bench.turn(), bench.turn()

    counted = [await quotas.count(turn, "s", 1) for turn in (first, first, second, first)]

    assert counted == [True, True, False, True]


async def test_a_day_begins_anew(
    bench: Bench, stack: Stack, aws: boto3.Session, call: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    quotas = Quotas(aws.client("dynamodb"), call, stack.parameters["ledger_table"])
    late = datetime(2031, 5, 1, 23, 59, 59, tzinfo=UTC).timestamp()
    monkeypatch.setattr("bots.workspace_rules.daily_token_usage.time.time", lambda: late)
    assert await quotas.count(bench.turn(), "s", 1)
    assert not await quotas.count(bench.turn(), "s", 1)

    monkeypatch.setattr("bots.workspace_rules.daily_token_usage.time.time", lambda: late + 1)
    assert await quotas.count(bench.turn(), "s", 1)


async def test_a_raised_quota_is_heard_of_soon(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.settle(quota=1)
    await bench.ask()
    await bench.settle(quota=2)
    await bench.ask()
    monkeypatch.setattr("identity.workspaces.settings.FRESH", 0.0)
    await bench.ask()

    assert len(bench.shown.answers) == 2
    assert bench.shown.notices == [QUOTA_USED_UP.format(quota=2)]


USAGE = {"input_tokens": 70, "output_tokens": 30, "tool_calls": 2, "milliseconds": 1_500}


@pytest.mark.parametrize(
    ("limit", "what"),
    [({"tokens": 200}, "tokens"), ({"tool_calls": 4}, "tool calls"), ({"seconds": 3}, "seconds")],
)
async def test_what_a_day_allows_ends_with_the_answer_that_uses_it_up(
    bench: Bench, limit: dict[str, int], what: str
) -> None:
    bench.usage = USAGE
    await bench.settle(**limit)
    for user in ("U1", "U2", "U1", "U9"):
        await bench.ask(user=user)

    assert len(bench.shown.answers) == 3  # two of U1 and U2, who are one person, and one of U9
    (most,) = limit.values()
    assert bench.shown.notices == [USAGE_USED_UP.format(what=what, most=most)]


async def test_a_question_that_is_refused_so_is_not_counted_among_the_questions(
    bench: Bench,
) -> None:
    bench.usage = USAGE
    await bench.settle(tokens=100, quota=2)
    for _ in range(4):
        await bench.ask()
    await bench.settle(quota=2)
    bench.handler.rules._workspaces._cache.clear()
    await bench.ask()

    assert len(bench.shown.answers) == 2


async def test_an_answer_that_goes_on_after_a_decision_is_not_refused(bench: Bench) -> None:
    bench.usage = USAGE
    await bench.settle(tokens=100, quota=1)
    await bench.ask()
    decided = ResumeEntry(interrupt_id="i", status="resolved", payload={"approved": True})
    await bench.answer(replace(bench.turn(), resume=(decided,)))

    assert len(bench.shown.answers) == 2
    assert bench.shown.notices == []


async def test_what_was_used_is_forgotten_with_the_day(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.usage = USAGE
    await bench.settle(tokens=100)
    late = datetime(2031, 5, 1, 23, 59, 59, tzinfo=UTC).timestamp()
    monkeypatch.setattr("bots.workspace_rules.daily_token_usage.time.time", lambda: late)
    await bench.ask()
    await bench.ask()
    assert len(bench.shown.answers) == 1

    monkeypatch.setattr("bots.workspace_rules.daily_token_usage.time.time", lambda: late + 1)
    await bench.ask()
    assert len(bench.shown.answers) == 2
