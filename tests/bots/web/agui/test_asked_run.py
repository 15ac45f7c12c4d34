"""What an AG-UI client may ask, and what it is told when it can't be read."""

import re
from typing import Any

import pytest

from bots.errors import MalformedRequest
from bots.web.agui.asked_run import LONGEST_QUESTION, AskedRun, asked_run
from bots.web.transcripts import ID


def asked(thread: str = "t", **other: Any) -> AskedRun:
    question = {"id": "1", "role": "user", "content": " When? "}
    return asked_run({"threadId": thread, "runId": "r", "messages": [question], **other})


def entry(name: str, **other: Any) -> dict[str, Any]:
    return {"interruptId": name, "status": "resolved", "payload": {"approved": True}, **other}


def message(content: object, role: str = "user") -> list[dict[str, Any]]:
    return [{"id": "1", "role": role, "content": content}]


def test_the_last_message_is_the_question() -> None:
    assert asked().text == "When?"
    parts = [{"type": "text", "text": "When"}, {"type": "text", "text": "exactly?"}]
    assert asked(messages=message(parts)).text == "When\nexactly?"


def test_a_thread_is_one_conversation_whatever_it_is_called() -> None:
    named = "1700000000000-0123456789abcdef"

    assert asked(named).conversation == named
    assert re.fullmatch(ID, asked("thread/ä").conversation)
    assert asked("one").conversation == asked("one").conversation
    assert asked("one").conversation != asked("two").conversation


def test_a_run_that_is_asked_for_again_is_told_by_its_id() -> None:
    assert asked().sent_again == asked().sent_again
    assert asked(runId="other").sent_again != asked().sent_again


def test_a_decision_is_for_all_that_waits() -> None:
    approved = asked(resume=[entry("a"), entry("b")])

    assert approved.decision == "approve"
    assert approved.interrupts == {"a", "b"}
    assert asked(resume=[entry("a", payload={"approved": "yes"})]).decision == "refuse"
    assert asked(resume=[entry("a", status="cancelled")]).decision == "refuse"
    with pytest.raises(MalformedRequest):
        asked(resume=[entry("a"), entry("b", status="cancelled")])


@pytest.mark.parametrize(
    "messages",
    [
        [],
        message("Done.", "assistant"),
        message("  "),
        message("x" * (LONGEST_QUESTION + 1)),
        message([{"type": "image", "source": {"type": "url", "value": "https://a.example/x"}}]),
        "none",
    ],
)
def test_what_is_no_question_is_refused_in_a_sentence(messages: object) -> None:
    with pytest.raises(MalformedRequest) as refused:
        asked(messages=messages)

    assert refused.value.sentence.endswith(".")
