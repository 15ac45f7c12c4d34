"""Agent events become the text that a person sees at each moment."""

import pytest
from ag_ui.core import (
    BaseEvent,
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

from bots.answer.draft import NOTHING, Draft
from bots.answer.placeholder import THINKING
from bots.answer.tool_activity import tool_activity

CHECK = "warranty___check_warranty_status"


def draft(*events: BaseEvent) -> Draft:
    made = Draft()
    for event in events:
        made.take(event)
    return made


def tool(call: str = "t1", name: str = CHECK) -> tuple[BaseEvent, ...]:
    return (
        ToolCallStartEvent(tool_call_id=call, tool_call_name=name),
        ToolCallArgsEvent(tool_call_id=call, delta='{"serial": "X"}'),
        ToolCallEndEvent(tool_call_id=call),
    )


def text(*deltas: str, message: str = "m1") -> tuple[BaseEvent, ...]:
    return (
        TextMessageStartEvent(message_id=message, role="assistant"),
        *(TextMessageContentEvent(message_id=message, delta=delta) for delta in deltas),
        TextMessageEndEvent(message_id=message),
    )


def result(call: str = "t1") -> BaseEvent:
    return ToolCallResultEvent(message_id="r1", tool_call_id=call, content="active")


def test_before_anything_comes_it_thinks() -> None:
    assert draft(RunStartedEvent(thread_id="s", run_id="r")).so_far() == THINKING


def test_a_tool_is_named_while_it_runs_and_not_after() -> None:
    assert draft(*tool()).so_far() == "_Checking warranty status…_"
    assert draft(*text("Let me see."), *tool()).so_far() == (
        "Let me see.\n\n_Checking warranty status…_"
    )
    assert draft(*tool(), result(), *text("It is ", "active.")).so_far() == "It is active."


def test_between_a_tool_and_the_text_nothing_flickers() -> None:
    assert draft(*tool(), result()).so_far() == "_Checking warranty status…_"


def test_two_runs_of_one_tool_are_named_once() -> None:
    assert draft(*tool("t1"), *tool("t2")).so_far() == "_Checking warranty status…_"


def test_the_final_text_is_all_of_the_text_and_nothing_else() -> None:
    finished = RunFinishedEvent(thread_id="s", run_id="r")
    made = draft(*text("One."), *tool(), result(), *text("Two.", message="m2"), finished)
    assert made.final() == "One.\n\nTwo."


def test_an_empty_answer_says_so() -> None:
    assert draft(*text(" "), *tool()).final() == NOTHING


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (CHECK, "Checking warranty status"),
        ("web_search", "Using web search"),
        ("search", "Using search"),
        ("evil___<!channel>", "Using channel"),
        ("", "Using a tool"),
    ],
)
def test_a_tools_name_is_said_in_words(name: str, said: str) -> None:
    assert tool_activity(name) == said
