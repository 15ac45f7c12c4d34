"""Each tool of a run is a step with its state and its sources."""

import pytest
from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    RunErrorEvent,
    RunFinishedEvent,
    RunStartedEvent,
    TextMessageContentEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from bots.answer.explanation.run_explanation import EXPLANATION
from bots.answer.placeholder import waiting
from bots.answer.sources import SOURCE, Source
from bots.slack.outgoing.answer.run_steps import RunSteps, Step
from bots.slack.outgoing.answer.stream_chunks import MOST_SOURCES, card, new_chunks, task


def begun(call: str = "t1", name: str = "warranty___check_status") -> BaseEvent:
    return ToolCallStartEvent(tool_call_id=call, tool_call_name=name)


def done(content: str = "{}", call: str = "t1") -> BaseEvent:
    return ToolCallResultEvent(message_id="r", tool_call_id=call, content=content)


def source(title: str, url: str | None = None) -> BaseEvent:
    return CustomEvent(name=SOURCE, value={"title": title, "section": None, "url": url})


def steps(*events: BaseEvent) -> list[tuple[str, str]]:
    folded = RunSteps()
    for event in events:
        folded.take(event)
    return [(step.title, step.status) for step in folded.steps]


RUN = RunStartedEvent(thread_id="c", run_id="r")
END = RunFinishedEvent(thread_id="c", run_id="r")
TEXT = TextMessageContentEvent(message_id="m", delta="Yes.")
TOLD = CustomEvent(
    name=EXPLANATION,
    value={"tools": [{"name": "warranty___check_status", "status": "refused"}, "?"]},
)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], [("Thinking", "in_progress")]),
        ([waiting()], [("Many questions at this moment; yours is in line", "pending")]),
        ([waiting(), RUN], [("Thinking", "in_progress")]),
        ([RUN, TEXT], [("Thinking", "complete")]),
        ([RUN, begun()], [("Thinking", "complete"), ("Checking status", "in_progress")]),
        ([begun(), done()], [("Thinking", "complete"), ("Checking status", "complete")]),
        (
            [begun(), done('{"error": {"code": "not_found"}}')],
            [("Thinking", "complete"), ("Checking status", "error")],
        ),
        ([begun(), done(), TOLD], [("Thinking", "complete"), ("Checking status", "error")]),
        ([begun(), END], [("Thinking", "complete"), ("Checking status", "complete")]),
        (
            [begun(), RunErrorEvent(message="It broke.", code="ANY")],
            [("Thinking", "complete"), ("Checking status", "error")],
        ),
    ],
)
def test_a_step_has_a_state(events: list[BaseEvent], expected: list[tuple[str, str]]) -> None:
    assert steps(*events) == expected


def test_a_source_belongs_to_the_tool_that_found_it() -> None:
    folded = RunSteps()
    url = "https://example.com/a"
    for event in (begun(), begun("t2"), done(), source("A page", url), source("A section")):
        folded.take(event)
    found, other = folded.of_tools
    assert found.sources == (Source("A page", None, url), Source("A section"))
    assert other.sources == ()
    assert task(found, "m")["sources"] == [{"type": "url", "url": url, "text": "A page"}]
    assert "sources" not in task(other, "m")


def test_what_is_new_is_told_in_its_order() -> None:
    first, second = Step("run", "Thinking", "complete"), Step("t1", "Looking", "in_progress")
    before = {"run": Step("run", "Thinking", "in_progress")}
    old, text, new = new_chunks([first, second], before, "Let me look.", "turn/0")
    assert (old["id"], old["status"]) == ("turn/0", "complete")
    assert text == {"type": "markdown_text", "text": "Let me look."}
    assert (new["id"], new["status"]) == ("t1", "in_progress")
    assert new_chunks([first, second], {"run": first, "t1": second}, "", "turn/0") == []


def test_a_card_stays_within_what_slack_takes() -> None:
    pages = tuple(Source("T" * 500, None, f"https://example.com/{n}") for n in range(20))
    block = card(Step("t1", "L" * 500, "complete", "tool", pages), "turn/0")
    assert block["type"] == "task_card"
    assert block["task_id"] == "t1"
    assert len(block["title"]) <= 100
    assert len(block["sources"]) == MOST_SOURCES
