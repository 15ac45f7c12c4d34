"""The ledger on a real table: every arrow of its diagram, and none beside them."""

import secrets
import time
from collections.abc import Iterator

import boto3
import pytest

from bots.errors import GivenUp, Superseded
from bots.platform import Accepted, Turn
from bots.turn.ledger import WAITS, Ledger
from bots.turn.turn_metrics import Outcome
from identity.executor import Executor
from identity.people import ChatUser
from tests.bots.receipt import Held, Over
from tests.conftest import Stack


@pytest.fixture
def ledger(stack: Stack, aws: boto3.Session) -> Iterator[Ledger]:
    call = Executor(4)
    yield Ledger(aws.client("dynamodb"), call, stack.parameters["ledger_table"])
    call.close()


def asked(number: int = 1, user: str | None = None) -> Turn:
    user = user or secrets.token_hex(6)
    accepted = Accepted("slack", f"{user}-{number}", "C1", {"text": "?", "number": number})
    return Turn(
        id=f"slack:{accepted.event_id}",
        chat_user=ChatUser("slack", "T1", user),
        conversation="C1",
        text="?",
        accepted=accepted,
    )


async def finished(ledger: Ledger, turn: Turn, outcome: Outcome | None = None) -> None:
    entry = await ledger.begin(turn, Held())
    assert entry
    await ledger.finish(turn, entry, outcome or Outcome())


async def accepted_waiting(ledger: Ledger, turn: Turn) -> list[Accepted]:
    return [one.accepted for one in await ledger.waiting(turn.chat_user)]


async def test_an_answered_turn_is_never_begun_again(ledger: Ledger) -> None:
    turn = asked()

    await finished(ledger, turn)

    assert await ledger.begin(turn, Held()) is None


async def test_a_failed_turn_is_never_begun_again(ledger: Ledger) -> None:
    turn = asked()

    entry = await ledger.begin(turn, Held())
    assert entry
    await ledger.fail(turn, entry)

    assert await ledger.begin(turn, Held()) is None


async def test_a_redelivered_turn_finds_its_message(ledger: Ledger) -> None:
    turn = asked()
    first = await ledger.begin(turn, Held())
    assert first is not None
    assert first.message is None
    await first.keep("1700000000.000100")

    again = await ledger.begin(turn, Held())

    assert again is not None
    assert (again.message, again.attempt) == ("1700000000.000100", 2)


async def test_turns_wait_for_their_own_chat_user_in_order(ledger: Ledger) -> None:
    one, two = asked(1, "U1"), asked(2, "U1")
    other = asked(1, "U2")
    for turn in (one, two, other):
        entry = await ledger.begin(turn, Held())
        assert entry
        await ledger.wait(turn, entry)

    assert await accepted_waiting(ledger, one) == [one.accepted, two.accepted]

    await finished(ledger, one)
    assert await accepted_waiting(ledger, one) == [two.accepted]


async def test_who_signs_in_after_a_day_asks_again(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = asked()
    entry = await ledger.begin(turn, Held())
    assert entry
    await ledger.wait(turn, entry)
    assert await accepted_waiting(ledger, turn) == [turn.accepted]
    late = time.time_ns() + (WAITS + 1) * 1_000_000_000
    monkeypatch.setattr("bots.turn.ledger.time.time_ns", lambda: late)
    assert await accepted_waiting(ledger, turn) == []


async def test_only_a_begun_turn_waits(ledger: Ledger) -> None:
    turn = asked()
    entry = await ledger.begin(turn, Held())
    assert entry
    await finished(ledger, turn)

    with pytest.raises(Superseded):
        await ledger.wait(turn, entry)

    assert await ledger.waiting(turn.chat_user) == []


async def test_a_worker_that_was_overtaken_writes_nothing_more(ledger: Ledger) -> None:
    turn = asked()
    frozen, newest = await ledger.begin(turn, Held()), await ledger.begin(turn, Held())
    assert frozen
    assert newest

    for write in (
        frozen.keep("1700000000.000100"),
        frozen.keep_result(b"what it said", "somebody"),
        ledger.wait(turn, frozen),
        ledger.finish(turn, frozen, Outcome()),
        ledger.fail(turn, frozen),
    ):
        with pytest.raises(Superseded):
            await write

    await newest.keep("1700000000.000200")
    again = await ledger.begin(turn, Held())
    assert again
    assert (again.message, again.result) == ("1700000000.000200", None)


async def test_what_was_given_up_is_apologised_for_and_answered_no_more(ledger: Ledger) -> None:
    turn = asked()
    assert await ledger.begin(turn, Held())
    await ledger.give_up(turn.id)

    with pytest.raises(GivenUp):
        await ledger.begin(turn, Held())
    apology = await ledger.begin(turn, Held(), given_up=True)
    assert apology
    await ledger.fail(turn, apology)
    assert await ledger.begin(turn, Held()) is None


async def test_what_is_answered_is_not_given_up(ledger: Ledger) -> None:
    turn = asked()
    await finished(ledger, turn)

    await ledger.give_up(turn.id)

    assert await ledger.begin(turn, Held(), given_up=True) is None


async def test_a_delivery_that_is_over_takes_nothing_up(ledger: Ledger) -> None:
    turn = asked()
    with pytest.raises(Superseded):
        await ledger.begin(turn, Over())
    entry = await ledger.begin(turn, Held())
    assert entry
    assert entry.attempt == 1


async def test_what_a_run_said_is_kept_until_it_was_shown(
    ledger: Ledger, stack: Stack, aws: boto3.Session
) -> None:
    turn = asked()
    entry = await ledger.begin(turn, Held())
    assert entry
    await entry.keep_result(b"sealed", "somebody")

    again = await ledger.begin(turn, Held())
    assert again
    assert (again.result, again.subject) == (b"sealed", "somebody")
    await ledger.finish(turn, again, Outcome(subject=again.subject))

    row = aws.client("dynamodb").get_item(
        TableName=stack.parameters["ledger_table"], Key={"turn": {"S": turn.id}}
    )["Item"]
    assert row["state"]["S"] == "answered"
    assert "result" not in row
