"""Stopping and deciding on a real table, and what becomes of a run that is stopped or waits."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import boto3
import httpx
import pytest
from ag_ui.core import BaseEvent, Interrupt

from bots.answer.draft import Draft
from bots.errors import StopFailed, TryAgain
from bots.platform import Accepted, Platform, Turn
from bots.runtime import Runtime
from bots.turn.decision_and_stop import Decided, TurnActions
from bots.turn.ledger import Entry, Ledger
from bots.turn.run import STOPPED, Runs
from bots.turn.turn_metrics import Outcome
from identity.errors import LinkExpired
from identity.executor import Executor
from identity.links import new_link
from identity.people import ChatUser, Names
from tests.bots.receipt import Held
from tests.bots.scripted_runtime import (
    FINISHED,
    HANGS,
    STARTED,
    WAITS,
    ScriptedRuntime,
    interrupt,
    text,
    waits,
)
from tests.conftest import Stack
from tests.simulation.aws_models import DynamoDBModel
from tests.simulation.table_model import TableModel

ALICE = ChatUser("slack", "T1", "U1")
LINK = new_link(ALICE, subject="alice", account="a", encrypted_token=b"x", names=Names())


@pytest.fixture
def call() -> Iterator[Executor]:
    executor = Executor(4)
    yield executor
    executor.close()


@pytest.fixture
def actions(stack: Stack, aws: boto3.Session, call: Executor) -> TurnActions:
    return TurnActions(aws.client("dynamodb"), call, stack.parameters["ledger_table"])


@pytest.fixture
async def turn(stack: Stack, aws: boto3.Session, call: Executor) -> Turn:
    """A turn that is being answered."""
    name = secrets.token_hex(6)
    accepted = Accepted("slack", name, "c", {})
    asked = Turn(f"slack:{name}", ALICE, "c", "Go", accepted)
    await _ledger(stack, aws, call).begin(asked, Held())
    return asked


def _ledger(stack: Stack, aws: boto3.Session, call: Executor) -> Ledger:
    return Ledger(aws.client("dynamodb"), call, stack.parameters["ledger_table"])


def _waiting(*names: str) -> list[Interrupt]:
    return [Interrupt(id=name, reason="tool_call") for name in names]


async def test_the_first_decision_stands(actions: TurnActions, turn: Turn) -> None:
    await actions.ask_approval(turn.id, "alice", _waiting("i1", "i2"))

    assert await actions.decide(turn.id, "bob", "approve") is None
    first = await actions.decide(turn.id, "alice", "refuse")
    assert first == Decided("refuse", ("i1", "i2"))
    assert await actions.decide(turn.id, "alice", "approve") == first
    assert await actions.decide(turn.id, "bob", "approve") is None


async def test_nothing_is_decided_that_was_not_asked_or_is_too_late(
    actions: TurnActions, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await actions.decide(turn.id, "alice", "approve") is None
    assert await actions.decide("slack:never", "alice", "approve") is None
    monkeypatch.setattr("bots.turn.decision_and_stop.APPROVAL_SECONDS", -1)
    await actions.ask_approval(turn.id, "alice", _waiting("i1"))
    assert await actions.decide(turn.id, "alice", "approve") is None


async def test_what_waits_ends_when_its_person_leaves_also_if_they_come_back(
    actions: TurnActions, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaver = f"leaver-{secrets.token_hex(4)}"
    await actions.ask_approval(turn.id, leaver, _waiting("i1"))
    assert await actions.standing(turn.id, leaver) == "open"
    await actions.end_approvals(leaver)

    assert await actions.decide(turn.id, leaver, "approve") is None
    assert await actions.standing(turn.id, leaver) == "late"

    later = SimpleNamespace(time=lambda at=time.time() + 1: at)  # noqa: B008 - one moment
    monkeypatch.setattr("bots.turn.decision_and_stop.time", later)
    await actions.ask_approval(turn.id, leaver, _waiting("i2"))
    assert await actions.decide(turn.id, leaver, "approve") == Decided("approve", ("i2",))


async def test_a_decided_turn_is_not_begun_again(
    actions: TurnActions, turn: Turn, stack: Stack, aws: boto3.Session, call: Executor
) -> None:
    await actions.ask_approval(turn.id, "alice", _waiting("i1"))
    await actions.decide(turn.id, "alice", "approve")

    assert await _ledger(stack, aws, call).begin(turn, Held()) is None


class Throttled(DynamoDBModel):
    """Leaves over all that is asked of it in one call, and counts those calls."""

    batches = 0

    def batch_get_item(self, **asked: Any) -> Any:
        Throttled.batches += 1
        assert Throttled.batches < 50, "it is asked again and again"
        return {"Responses": {}, "UnprocessedKeys": asked["RequestItems"]}


async def test_what_one_call_leaves_over_is_read_by_itself() -> None:
    async def at_once(function: Callable[..., Any], *given: Any, **named: Any) -> Any:
        return function(*given, **named)

    row = {"turn": {"S": "slack:one"}, "stopped": {"N": "1"}}
    table = TableModel("turn", {"slack:one": row})
    actions = TurnActions(*cast("Any", (Throttled({"ledger": table}), at_once, "ledger")))
    one = Turn("slack:one", ALICE, "c", "Go", Accepted("slack", "one", "c", {}))

    assert await actions.stopped(one)
    assert not await actions.stopped(replace(one, id="slack:two"))
    assert Throttled.batches == 2


async def test_only_what_is_being_answered_is_stopped_at_the_runtime(
    actions: TurnActions, turn: Turn, stack: Stack, aws: boto3.Session, call: Executor
) -> None:
    assert await actions.stop(turn.id)
    assert await actions.stopped(turn)

    waiting = replace(turn, id=f"slack:{secrets.token_hex(6)}")
    assert not await actions.stop(waiting.id)
    assert await actions.stopped(waiting)

    ledger = _ledger(stack, aws, call)
    entry = await ledger.begin(turn, Held())
    assert entry
    await ledger.finish(turn, entry, Outcome())
    assert not await actions.stop(turn.id)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


def runs(
    actions: TurnActions, http: httpx.AsyncClient, runtime: ScriptedRuntime, **broker: Any
) -> Runs:
    async def active(_: ChatUser) -> Any:
        return LINK

    async def access_token(_: object) -> str:
        return "token"

    return Runs(
        Runtime(http, runtime.url, "arn"),
        actions,
        cast("Any", SimpleNamespace(active=active)),
        cast("Any", SimpleNamespace(**{"access_token": access_token, **broker})),
        cast("Any", None),
        "https://bizassist.example/chat",
    )


async def shown(runs: Runs, turn: Turn, *, can_approve: bool = True) -> str:
    """The answer as Slack and Teams write it."""
    draft = Draft()
    platform = cast("Platform", SimpleNamespace(can_approve=can_approve))
    async for event in runs.events(turn, platform, LINK, "token", Held()):
        draft.take(event)
    return draft.final()


BROKEN: list[dict[str, Any]] = [STARTED, text("The first half of ")]


async def test_a_broken_run_comes_again_unless_it_was_stopped(
    actions: TurnActions, turn: Turn, http: httpx.AsyncClient
) -> None:
    async with ScriptedRuntime([BROKEN]).listening() as runtime:
        with pytest.raises(TryAgain):
            await shown(runs(actions, http, runtime), turn)

        seen: list[BaseEvent] = []
        platform = cast("Platform", SimpleNamespace(can_approve=True))
        async for event in runs(actions, http, runtime).events(
            turn, platform, LINK, "token", Held()
        ):
            if not seen:
                await actions.stop(turn.id)
            seen.append(event)
        draft = Draft()
        for event in seen:
            draft.take(event)

    assert draft.final() == f"The first half of\n\n{STOPPED}"


async def test_a_stopped_turn_is_not_asked(
    actions: TurnActions, turn: Turn, http: httpx.AsyncClient
) -> None:
    await actions.stop(turn.id)
    async with ScriptedRuntime([[STARTED, text("No."), FINISHED]]).listening() as runtime:
        assert await shown(runs(actions, http, runtime), turn) == STOPPED
        assert runtime.requests == []


async def test_a_stop_that_came_before_the_run_ends_it_at_its_first_event(
    actions: TurnActions, turn: Turn, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The agent had no run to cancel when it was told, and it goes on without its client."""
    looks = iter([False, True, True])

    async def stopped(*_: object) -> bool:
        return next(looks)

    monkeypatch.setattr(TurnActions, "stopped", stopped)
    async with ScriptedRuntime([[STARTED, HANGS]]).listening() as runtime:
        assert await shown(runs(actions, http, runtime), turn) == STOPPED
        assert runtime.cancelled == [turn.id]


async def test_what_cannot_be_stopped_is_said(
    actions: TurnActions, turn: Turn, http: httpx.AsyncClient
) -> None:
    async def expired(_: object) -> str:
        raise LinkExpired

    async with ScriptedRuntime([500]).listening() as runtime:
        with pytest.raises(StopFailed):
            await runs(actions, http, runtime, access_token=expired).stop(turn.id, ALICE, "c")
        await runs(actions, http, runtime).stop(turn.id, ALICE, "c")
    with pytest.raises(StopFailed):
        await runs(actions, http, runtime).stop(turn.id, ALICE, "c")

    assert runtime.cancelled == [turn.id]
    assert runtime.stopped == []


async def test_all_that_is_answered_to_somebody_at_a_place_is_stopped(
    stack: Stack, aws: boto3.Session, call: Executor, http: httpx.AsyncClient, actions: TurnActions
) -> None:
    asker, place = ChatUser("slack", "T1", secrets.token_hex(6)), "slack:T1:C1"
    ledger = _ledger(stack, aws, call)

    async def begun(conversation: str) -> tuple[str, Entry]:
        name = secrets.token_hex(6)
        accepted = Accepted("slack", name, "c", {})
        turn = Turn(f"slack:{name}", asker, conversation, "Go", accepted)
        entry = await ledger.begin(turn, Held())
        assert entry
        return turn.id, entry

    here = [(await begun(f"{place}{more}"))[0] for more in (":17.5", f":{asker.user}~new")]
    elsewhere, _ = await begun(f"{place}0:17.5")
    over, entry = await begun(f"{place}:18.1")
    await ledger.finish(
        Turn(over, asker, "", "", Accepted("slack", over, "c", {})), entry, Outcome()
    )

    async with ScriptedRuntime([]).listening() as runtime:
        stopping = runs(actions, http, runtime)
        assert await stopping.stop_all(ALICE, place, 1.0) == 0
        assert await stopping.stop_all(asker, place, 0.0) == 0  # before any of them
        assert await stopping.stop_all(asker, f"{place}:17.5", 1.0) == 1
        assert await stopping.stop_all(asker, place, 1.0) == len(here)
    assert set(runtime.cancelled) == set(here)
    assert await ledger.is_answered(over)
    assert not await ledger.is_answered(elsewhere)


async def test_what_still_waits_in_the_queue_is_stopped_with_the_rest(
    http: httpx.AsyncClient, actions: TurnActions
) -> None:
    asker, place = ChatUser("slack", "T1", secrets.token_hex(6)), "slack:T1:C1"

    def asked(conversation: str, sent_at: float, by: ChatUser = asker) -> Turn:
        accepted = Accepted("slack", secrets.token_hex(6), "c", {}, sent_at=sent_at)
        return Turn(f"slack:{accepted.event_id}", by, conversation, "Go", accepted)

    async with ScriptedRuntime([[STARTED, text("Here."), FINISHED]] * 4).listening() as runtime:
        stopping = runs(actions, http, runtime)
        await stopping.stop_all(asker, f"{place}:17.5", 50.0)
        await stopping.stop_all(asker, place, 20.0)
        for turn, said in (
            (asked(f"{place}:17.5", 49.0), STOPPED),
            (asked(f"{place}:17.5~new", 49.0), STOPPED),
            (asked(f"{place}:18.1", 19.0), STOPPED),
            (asked(f"{place}:17.5", 51.0), "Here."),
            (asked(f"{place}:18.1", 49.0), "Here."),
            (asked("slack:T1:C10:17.5", 1.0), "Here."),
            (asked(f"{place}:17.5", 1.0, ALICE), "Here."),
        ):
            assert await shown(stopping, turn) == said
        assert len(runtime.requests) == 4


async def test_a_stop_that_is_heard_twice_or_late_takes_nothing_back(actions: TurnActions) -> None:
    asker = ChatUser("slack", "T1", secrets.token_hex(6))
    accepted = Accepted("slack", "E", "c", {}, sent_at=30.0)
    turn = Turn("slack:E", asker, "c", "Go", accepted)
    await asyncio.gather(*(actions.stop_waiting(asker, "c", at) for at in (40.0, 20.0)))
    await asyncio.gather(*(actions.stop_waiting(asker, f"c{n}", 1.0) for n in range(3)))
    assert await actions.stopped(turn)


async def test_a_turn_is_stopped_by_its_name_by_nobody_but_its_asker(
    actions: TurnActions, turn: Turn, http: httpx.AsyncClient
) -> None:
    async with ScriptedRuntime([]).listening() as runtime:
        stopping = runs(actions, http, runtime)
        assert not await stopping.stop_own(turn.id, ChatUser("slack", "T1", "U2"))
        assert not await stopping.stop_own("slack:never", ALICE)
        assert not await actions.stopped(turn)
        assert await stopping.stop_own(turn.id, ALICE)
        assert await actions.stopped(turn)
    assert runtime.cancelled == [turn.id]


async def test_stopping_one_conversation_leaves_the_other_of_the_same_session(
    actions: TurnActions, turn: Turn, http: httpx.AsyncClient
) -> None:
    other = replace(turn, id=f"{turn.id}-2", conversation="d")
    script = [[STARTED, HANGS], [STARTED, WAITS, text("Hello."), FINISHED]]
    async with ScriptedRuntime(list(script)).listening() as runtime:
        stopped = asyncio.create_task(shown(runs(actions, http, runtime), turn))
        await runtime.hangs()
        answered = asyncio.create_task(shown(runs(actions, http, runtime), other))
        await runs(actions, http, runtime).stop(turn.id, ALICE, "c")
        said = await stopped
        runtime.go_on.set()
        assert await answered == "Hello."

    assert said == STOPPED
    assert runtime.sessions == [LINK.runtime_session] * 2
    assert {run["threadId"] for run in runtime.requests} == {
        LINK.session_id("c"),
        LINK.session_id("d"),
    }


async def test_where_nobody_can_approve_the_web_chat_is_named(
    actions: TurnActions, turn: Turn, http: httpx.AsyncClient
) -> None:
    ends = waits(interrupt("i1", "crm___delete_client", "It deletes a client."))
    async with ScriptedRuntime([[STARTED, ends]]).listening() as runtime:
        said = await shown(runs(actions, http, runtime), turn, can_approve=False)

    assert said.startswith("This needs your approval, so I haven't done it: It deletes a client.")
    assert said.endswith("https://bizassist.example/chat")
    assert await actions.decide(turn.id, "alice", "approve") is None
