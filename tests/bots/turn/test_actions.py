"""Stopping and deciding on a real table, and what becomes of a run that is stopped or waits."""

import secrets
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any, cast

import boto3
import httpx
import pytest
from ag_ui.core import BaseEvent, Interrupt

from bots.answer.draft import Draft
from bots.errors import TryAgain
from bots.platform import Accepted, Platform, Turn
from bots.runtime import Runtime
from bots.turn.actions import Acts, Decided
from bots.turn.ledger import Ledger
from bots.turn.outcome import Outcome
from bots.turn.run import STOPPED, NotStopped, Runs
from identity.errors import LinkExpired
from identity.executor import Executor
from identity.links import new_link
from identity.people import ChatUser, Names
from tests.bots.scripted import FINISHED, STARTED, Scripted, interrupt, text, waits
from tests.conftest import Stack

ALICE = ChatUser("slack", "T1", "U1")
LINK = new_link(ALICE, subject="alice", account="a", encrypted_token=b"x", names=Names())


@pytest.fixture
def call() -> Iterator[Executor]:
    executor = Executor(4)
    yield executor
    executor.close()


@pytest.fixture
def acts(stack: Stack, aws: boto3.Session, call: Executor) -> Acts:
    return Acts(aws.client("dynamodb"), call, stack.parameters["ledger_table"])


@pytest.fixture
async def turn(stack: Stack, aws: boto3.Session, call: Executor) -> Turn:
    """A turn that is being answered."""
    name = secrets.token_hex(6)
    accepted = Accepted("slack", name, "c", {})
    asked = Turn(f"slack:{name}", ALICE, "c", "Go", accepted)
    await _ledger(stack, aws, call).begin(asked)
    return asked


def _ledger(stack: Stack, aws: boto3.Session, call: Executor) -> Ledger:
    return Ledger(aws.client("dynamodb"), call, stack.parameters["ledger_table"])


def _waiting(*names: str) -> list[Interrupt]:
    return [Interrupt(id=name, reason="tool_call") for name in names]


async def test_the_first_decision_stands(acts: Acts, turn: Turn) -> None:
    await acts.ask(turn.id, "alice", _waiting("i1", "i2"))

    assert await acts.decide(turn.id, "bob", "approve") is None
    first = await acts.decide(turn.id, "alice", "refuse")
    assert first == Decided("refuse", ("i1", "i2"))
    assert await acts.decide(turn.id, "alice", "approve") == first
    assert await acts.decide(turn.id, "bob", "approve") is None


async def test_nothing_is_decided_that_was_not_asked_or_is_too_late(
    acts: Acts, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await acts.decide(turn.id, "alice", "approve") is None
    assert await acts.decide("slack:never", "alice", "approve") is None
    monkeypatch.setattr("bots.turn.actions.APPROVAL_SECONDS", -1)
    await acts.ask(turn.id, "alice", _waiting("i1"))
    assert await acts.decide(turn.id, "alice", "approve") is None


async def test_a_decided_turn_is_not_begun_again(
    acts: Acts, turn: Turn, stack: Stack, aws: boto3.Session, call: Executor
) -> None:
    await acts.ask(turn.id, "alice", _waiting("i1"))
    await acts.decide(turn.id, "alice", "approve")

    assert await _ledger(stack, aws, call).begin(turn) is None


async def test_only_what_is_being_answered_is_stopped_at_the_runtime(
    acts: Acts, turn: Turn, stack: Stack, aws: boto3.Session, call: Executor
) -> None:
    assert await acts.stop(turn.id)
    assert await acts.stopped(turn.id)

    waiting = f"slack:{secrets.token_hex(6)}"
    assert not await acts.stop(waiting)
    assert await acts.stopped(waiting)

    ledger = _ledger(stack, aws, call)
    entry = await ledger.begin(turn)
    assert entry
    await ledger.finish(turn, entry, Outcome())
    assert not await acts.stop(turn.id)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


def runs(acts: Acts, http: httpx.AsyncClient, runtime: Scripted, **broker: Any) -> Runs:
    async def active(_: ChatUser) -> Any:
        return LINK

    async def access_token(_: object) -> str:
        return "token"

    return Runs(
        Runtime(http, runtime.url, "arn"),
        acts,
        cast("Any", SimpleNamespace(active=active)),
        cast("Any", SimpleNamespace(**{"access_token": access_token, **broker})),
        cast("Any", None),
        "https://bizassist.example/chat",
    )


async def shown(runs: Runs, turn: Turn, *, can_ask: bool = True) -> str:
    """The answer as Slack and Teams write it."""
    draft = Draft()
    platform = cast("Platform", SimpleNamespace(can_ask=can_ask))
    async for event in runs.events(turn, platform, LINK, "token"):
        draft.take(event)
    return draft.final()


BROKEN: list[dict[str, Any]] = [STARTED, text("The first half of ")]


async def test_a_broken_run_comes_again_unless_it_was_stopped(
    acts: Acts, turn: Turn, http: httpx.AsyncClient
) -> None:
    async with Scripted([BROKEN]).running() as runtime:
        with pytest.raises(TryAgain):
            await shown(runs(acts, http, runtime), turn)

        seen: list[BaseEvent] = []
        platform = cast("Platform", SimpleNamespace(can_ask=True))
        async for event in runs(acts, http, runtime).events(turn, platform, LINK, "token"):
            if not seen:
                await acts.stop(turn.id)
            seen.append(event)
        draft = Draft()
        for event in seen:
            draft.take(event)

    assert draft.final() == f"The first half of\n\n{STOPPED}"


async def test_a_stopped_turn_is_not_asked(acts: Acts, turn: Turn, http: httpx.AsyncClient) -> None:
    await acts.stop(turn.id)
    async with Scripted([[STARTED, text("No."), FINISHED]]).running() as runtime:
        assert await shown(runs(acts, http, runtime), turn) == STOPPED
        assert runtime.asked == []


async def test_what_cannot_be_stopped_is_said(
    acts: Acts, turn: Turn, http: httpx.AsyncClient
) -> None:
    async def expired(_: object) -> str:
        raise LinkExpired

    async with Scripted([500]).running() as runtime:
        with pytest.raises(NotStopped):
            await runs(acts, http, runtime, access_token=expired).stop(turn.id, ALICE, "c")
        await runs(acts, http, runtime).stop(turn.id, ALICE, "c")
    with pytest.raises(NotStopped):
        await runs(acts, http, runtime).stop(turn.id, ALICE, "c")

    assert runtime.stopped == [LINK.session_id("c")]


async def test_where_nobody_can_approve_the_web_chat_is_named(
    acts: Acts, turn: Turn, http: httpx.AsyncClient
) -> None:
    ends = waits(interrupt("i1", "crm___delete_client", "It deletes a client."))
    async with Scripted([[STARTED, ends]]).running() as runtime:
        said = await shown(runs(acts, http, runtime), turn, can_ask=False)

    assert said.startswith("This needs your approval, so I haven't done it: It deletes a client.")
    assert said.endswith("https://bizassist.example/chat")
    assert await acts.decide(turn.id, "alice", "approve") is None
