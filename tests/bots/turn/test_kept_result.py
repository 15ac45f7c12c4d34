"""What is kept of a run: enough to show its answer again, for its own turn, in few bytes."""

import secrets

import boto3
import pytest
from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    RunFinishedEvent,
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallArgsEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)
from cryptography.exceptions import InvalidTag

from bots.answer.draft import Draft
from bots.turn.kept_result import MOST_BYTES, Result, unpacked
from bots.turn.result_encryption import ResultEncryption
from identity.executor import Executor
from tests.conftest import Stack

RUN: list[BaseEvent] = [
    RunStartedEvent(thread_id="t", run_id="r"),
    TextMessageStartEvent(message_id="one"),
    TextMessageContentEvent(message_id="one", delta="Let me "),
    TextMessageContentEvent(message_id="one", delta="look."),
    TextMessageEndEvent(message_id="one"),
    ToolCallStartEvent(tool_call_id="c", tool_call_name="warranty___check_warranty_status"),
    ToolCallArgsEvent(tool_call_id="c", delta="{}"),
    ToolCallEndEvent(tool_call_id="c"),
    ToolCallResultEvent(message_id="m", tool_call_id="c", content="a customer's name"),
    TextMessageStartEvent(message_id="two"),
    TextMessageContentEvent(message_id="two", delta="It is 保証 until May."),
    TextMessageEndEvent(message_id="two"),
    CustomEvent(name="bizassist.source", value={"title": "Warranty", "kind": "tool"}),
    RunFinishedEvent(thread_id="t", run_id="r"),
]


def result_of(events: list[BaseEvent]) -> Result:
    result = Result()
    for event in events:
        result.take(event)
    return result


def test_the_answer_made_of_a_result_is_that_of_the_run() -> None:
    packed = result_of(RUN).packed()
    assert packed
    drafts = Draft(), Draft()
    for draft, events in zip(drafts, (RUN, unpacked(packed)), strict=True):
        for event in events:
            draft.take(event)

    assert drafts[0].final() == drafts[1].final()
    assert "It is 保証 until May." in drafts[0].final()


def test_what_a_tool_answered_is_not_kept() -> None:
    packed = result_of(RUN).packed()
    assert packed
    assert "customer" not in "".join(event.model_dump_json() for event in unpacked(packed))


def test_text_that_came_letter_by_letter_is_kept_as_one() -> None:
    letters = [TextMessageContentEvent(message_id="m", delta="x") for _ in range(20_000)]
    result = result_of([TextMessageStartEvent(message_id="m"), *letters])

    assert len(result.events) == 2
    assert len(result.packed() or b"") < 1_000


def test_more_than_a_row_takes_is_not_kept() -> None:
    noise = secrets.token_hex(MOST_BYTES + 1024)
    assert result_of([TextMessageContentEvent(message_id="m", delta=noise)]).packed() is None


async def test_a_result_is_read_for_its_own_turn_only(stack: Stack, aws: boto3.Session) -> None:
    call = Executor(2)
    results = ResultEncryption(aws.client("kms"), stack.parameters["tokens_key_id"], call)
    said = b"what somebody may know" * 1_000  # more than KMS itself encrypts

    encrypted = await results.encrypt(said, "slack:one")

    assert said[:22] not in encrypted
    assert await results.decrypt(encrypted, "slack:one") == said
    with pytest.raises(InvalidTag):
        await results.decrypt(encrypted, "slack:another")
    call.close()
