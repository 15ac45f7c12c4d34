"""/admin/usage: sums of three times, what was not delivered, and nobody's words."""

import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import pytest

from bots.usage.daily_turns import DailyTurns, TurnRecord
from bots.usage.totals import since, usage
from identity.executor import Executor
from tests.conftest import Stack
from tests.person import answered, signed_in
from tests.some import some

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>"


def turn(**changes: Any) -> TurnRecord:
    given: dict[str, Any] = {
        "turn": f"web:{secrets.token_hex(4)}",
        "asked_at": NOW,
        "state": "answered",
        "platform": "web",
        "chat_user": "web#pool#one",
        "subject": "one",
        "trace": "",
        "problem": "",
        "feedback": "",
        "model": "offline",
        "tools": (),
        "tokens": 10,
        "milliseconds": 1000,
    }
    return TurnRecord(**{**given, **changes})


def test_sums() -> None:
    turns = [
        turn(tools=("a", "b"), feedback="up"),
        turn(subject="two", tools=("a",), milliseconds=3000, feedback="down"),
        turn(subject="", chat_user="slack#T#U", state="failed", milliseconds=None, tokens=0),
        turn(problem="failed", milliseconds=2000),
        turn(problem="refused", milliseconds=1),
        turn(state="answering", milliseconds=None, asked_at=NOW - timedelta(hours=2)),
        turn(state="answering", milliseconds=None),
        turn(turn="web:1-a.1", milliseconds=2000, tokens=0),
    ]
    found = usage(turns, NOW)

    assert (found.turns, found.people, found.tokens) == (7, 3, 60)
    assert (found.failures, found.undelivered) == (2, 2)
    assert (found.up, found.down) == (1, 1)
    assert found.tools == (("a", 2), ("b", 1))
    assert found.tool_calls == 3
    assert (found.median, found.slow) == (2000, 3000)


def test_the_times_are_of_those_that_were_measured() -> None:
    found = usage([turn(milliseconds=n) for n in range(1, 101)], NOW)

    assert (found.median, found.slow) == (50, 95)


def test_nothing_adds_up_to_nothing() -> None:
    found = usage([], NOW)

    assert (found.turns, found.median, found.slow, found.tools) == (0, None, None, ())


def test_a_question_that_nobody_signed_in_for_is_lost_after_a_day_and_asked_by_nobody() -> None:
    waits = [turn(state="waiting", asked_at=NOW - timedelta(hours=hours)) for hours in (23, 25)]
    found = usage([turn(), *waits], NOW)

    assert (found.turns, found.people, found.undelivered) == (1, 1, 1)


def test_seven_days_are_today_and_six_before() -> None:
    turns = [turn(asked_at=NOW - timedelta(days=back)) for back in range(9)]

    assert len(since(turns, NOW.date(), 7)) == 7
    assert len(since(turns, NOW.date(), 1)) == 1


def lost(aws: boto3.Session, stack: Stack, day: date, count: int, **more: Any) -> list[str]:
    """Rows as they are left by turns that were given up."""
    table = aws.resource("dynamodb").Table(stack.parameters["ledger_table"])
    names = [f"slack:{secrets.token_hex(6)}" for _ in range(count)]
    with table.batch_writer() as batch:
        for number, name in enumerate(names):
            row = {
                "turn": name,
                "state": "failed",
                "platform": "slack",
                "chat_user": f"slack#T1#U{number}",
                "asked_on": day.isoformat(),
                "asked_at": f"{day.isoformat()}T{number // 60:02d}:{number % 60:02d}:00.000+00:00",
                **more,
            }
            batch.put_item(Item=row)
    return names


async def test_days_are_read_newest_first_and_no_more_than_needed(
    stack: Stack, aws: boto3.Session
) -> None:
    day = date(2020, 2, secrets.randbelow(28) + 1)
    names = lost(aws, stack, day, 5)
    lost(aws, stack, day - timedelta(days=1), 3)
    call = Executor(2)
    days = DailyTurns(aws.client("dynamodb"), call, stack.parameters["ledger_table"])

    assert [one.turn for one in await days.turns(day, 1)] == names[::-1]
    assert len(await days.turns(day, 2)) == 8
    assert len(await days.turns(day, 2, most=6)) == 6
    call.close()


async def test_the_index_has_nothing_of_what_was_said(stack: Stack, aws: boto3.Session) -> None:
    day = date(2019, 3, secrets.randbelow(28) + 1)
    lost(aws, stack, day, 1, accepted="what was asked", message="m", conversation="c")
    rows = (
        aws.resource("dynamodb")
        .Table(stack.parameters["ledger_table"])
        .query(
            IndexName="by_day",
            KeyConditionExpression="asked_on = :day",
            ExpressionAttributeValues={":day": day.isoformat()},
        )["Items"]
    )

    assert rows
    described = aws.client("dynamodb").describe_table(TableName=stack.parameters["ledger_table"])
    (index,) = [
        one for one in described["Table"]["GlobalSecondaryIndexes"] if one["IndexName"] == "by_day"
    ]
    projected = index["Projection"]["NonKeyAttributes"]
    assert not {"accepted", "message", "conversation"} & set(projected)


async def test_an_administrator_sees_what_was_asked_in_numbers(stack: Stack) -> None:
    async with signed_in(stack, "alice") as alice, signed_in(stack, "admin") as admin:
        await answered(alice, "Is serial LAPTOP-2024-001 still under warranty?")
        await admin.open(f"{stack.chat}/admin/usage")
        text = admin.text()

    assert admin.page.status_code == 200
    for word in ("Questions", "People who asked", "Tokens", "median", "Failures", "Not delivered"):
        assert word in text
    assert "warranty___check_warranty_status" in text
    assert "LAPTOP-2024-001" not in text
    assert 'href="/admin/usage" aria-current="page"' in admin.page.text


async def test_what_could_not_be_delivered_is_listed_by_pages(
    stack: Stack, aws: boto3.Session
) -> None:
    names = lost(aws, stack, datetime.now(UTC).date() - timedelta(days=8), 30)
    async with signed_in(stack, "admin") as admin:
        shown = ""
        for number in range(1, 9):
            await admin.open(f"{stack.chat}/admin/usage?page={number}")
            shown += admin.text()
            if 'rel="next"' not in admin.page.text:
                break
        await admin.open(f"{stack.chat}/admin/usage?page=99999999")
        assert admin.page.status_code == 200

    for name in some(names):
        assert name in shown
    assert "U29" in shown
    assert "Slack" in shown


async def test_what_comes_from_outside_stays_text(stack: Stack, aws: boto3.Session) -> None:
    lost(
        aws,
        stack,
        datetime.now(UTC).date() - timedelta(days=2),
        1,
        chat_user=f"slack#{HOSTILE}#{HOSTILE}",
        platform=HOSTILE,
        trace=HOSTILE,
        feedback="down",
        model=HOSTILE,
        tools=[HOSTILE],
    )
    async with signed_in(stack, "admin") as admin:
        await admin.open(f"{stack.chat}/admin/usage")

    assert admin.page.status_code == 200
    assert HOSTILE not in admin.page.text
    assert "&lt;script&gt;" in admin.page.text


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=²", "page=" + "9" * 40])
async def test_a_page_that_is_none_is_the_first(stack: Stack, query: str) -> None:
    async with signed_in(stack, "admin") as admin:
        assert (await admin.open(f"{stack.chat}/admin/usage?{query}")).status_code == 200


async def test_nobody_else_sees_it(stack: Stack) -> None:
    async with signed_in(stack, "alice") as alice:
        await alice.open(f"{stack.chat}/admin/usage")

    assert alice.page.status_code == 403
    assert "for administrators" in alice.text()
