"""Below an answer: why it is as it is, and what its person thinks of it, said without scripts."""

import re
from typing import Any

import boto3
import pytest

from bizassist.evaluation.cases_from_feedback import case_of, rejected_rows, turn_row
from bots.answer.explanation.run_explanation import LONGEST_COMMENT
from tests.conftest import Stack
from tests.person import Person, answered, signed_in

QUESTION = "Is serial LAPTOP-2024-001 still under warranty?"


def turn_of(person: Person) -> str:
    return str(re.findall(r'id="turn-([0-9a-f-]+)"', person.page.text)[-1])


def row(aws: boto3.Session, stack: Stack, turn: str) -> dict[str, Any]:
    table = aws.resource("dynamodb").Table(stack.parameters["ledger_table"])
    found: dict[str, Any] = table.get_item(Key={"turn": f"web:{turn}"}, ConsistentRead=True)["Item"]
    return found


async def test_an_answer_says_why_and_still_does_when_it_is_read_again(stack: Stack) -> None:
    async with signed_in(stack, "alice") as alice:
        await answered(alice, QUESTION)
        address = str(alice.page.url)
        await alice.open(address)
        text = alice.text()

    assert "Why this answer?" in text
    assert "check warranty status worked" in text
    trace = re.search(r"Trace ([0-9a-f]{32}) ,", text)
    assert trace
    assert f"trace={trace[1]}" not in text


async def test_the_log_and_the_ledger_name_the_trace_that_the_person_sees(
    stack: Stack, aws: boto3.Session
) -> None:
    async with signed_in(stack, "alice") as alice:
        await answered(alice, QUESTION)
        shown = re.search(r"<code>([0-9a-f]{32})</code>", alice.page.text)
        assert shown
        assert row(aws, stack, turn_of(alice))["trace"] == shown[1]


async def test_the_ledger_says_what_a_turn_took_and_nothing_of_what_was_said(
    stack: Stack, aws: boto3.Session
) -> None:
    async with signed_in(stack, "alice") as alice:
        await answered(alice, QUESTION)
        kept = row(aws, stack, turn_of(alice))

    assert kept["state"] == "answered"
    assert kept["tools"] == ["warranty___check_warranty_status"]
    assert kept["model"] == "offline"
    assert kept["input_tokens"] > 0
    assert kept["output_tokens"] > 0
    assert 0 < kept["milliseconds"] < 60_000
    assert "LAPTOP-2024-001" not in str(kept)
    assert "alice" not in str(kept)


async def test_feedback_is_given_changed_and_explained(stack: Stack, aws: boto3.Session) -> None:
    async with signed_in(stack, "alice") as alice:
        await answered(alice, QUESTION)
        turn = turn_of(alice)
        await alice.submit(f"{turn}/feedback", feedback="up")
        assert row(aws, stack, turn)["feedback"] == "up"
        assert 'value="up" aria-pressed="true"' in alice.page.text

        await alice.submit(f"{turn}/feedback", feedback="down")
        assert 'value="down" aria-pressed="true"' in alice.page.text
        await alice.submit(f"{turn}/feedback", feedback="down", comment="<b>Wrong</b> date")

        assert "Your comment is saved" in alice.text()
        assert 'value="&lt;b&gt;Wrong&lt;/b&gt; date"' in alice.page.text
        kept = row(aws, stack, turn)

    assert kept["feedback"] == "down"
    assert "Wrong" not in str(kept)


async def test_an_answer_that_was_turned_down_makes_a_case_to_test_with(
    stack: Stack, aws: boto3.Session
) -> None:
    async with signed_in(stack, "alice") as alice:
        await answered(alice, QUESTION)
        turn = turn_of(alice)
        await alice.submit(f"{turn}/feedback", feedback="down")
    table, dynamodb = stack.parameters["transcripts_table"], aws.client("dynamodb")
    down = turn_row(dynamodb, table, f"web:{turn}")
    assert down
    case = case_of(dynamodb, table, down)

    assert turn in {one["position"] for one in rejected_rows(dynamodb, table)}
    assert (case.question, case.tool) == (QUESTION, "warranty___check_warranty_status")
    assert case.arguments == {"serial_number": "LAPTOP-2024-001"}


async def test_nobody_judges_another_persons_answer(stack: Stack, aws: boto3.Session) -> None:
    async with signed_in(stack, "alice") as alice, signed_in(stack, "admin") as admin:
        await answered(alice, QUESTION)
        turn, conversation = turn_of(alice), str(alice.page.url).rsplit("/", 1)[1]
        await answered(admin, QUESTION)
        own = str(admin.page.url).rsplit("/", 1)[1]
        csrf = re.findall(r'name="csrf_token" value="([^"]+)"', admin.page.text)[0]
        for place in (conversation, own):
            answer = await admin.send(
                "POST",
                f"{stack.chat}/chat/{place}/{turn}/feedback",
                data={"csrf_token": csrf, "feedback": "down"},
            )
            assert answer.status_code == 404

    assert "feedback" not in row(aws, stack, turn)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"feedback": "sideways"}, 400),
        ({"feedback": ""}, 400),
        ({"feedback": "up", "comment": "x" * (LONGEST_COMMENT + 1)}, 400),
        ({"feedback": "up", "csrf_token": "forged"}, 403),
    ],
)
async def test_what_no_form_sends_is_refused(
    stack: Stack, aws: boto3.Session, fields: dict[str, str], status: int
) -> None:
    async with signed_in(stack, "alice") as alice:
        await answered(alice, "Hello")
        turn = turn_of(alice)
        assert (await alice.submit(f"{turn}/feedback", **fields)).status_code == status

    assert "feedback" not in row(aws, stack, turn)
