"""What became of a turn, folded from the agent's events; and why, for its person."""

from typing import Any

from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    RunErrorEvent,
    RunFinishedEvent,
    RunStartedEvent,
    TokenUsage,
    ToolCallArgsEvent,
    ToolCallStartEvent,
)

from bots.answer.explanation.run_explanation import (
    LONGEST_ARGUMENTS,
    Explanation,
    ExplanationBuilder,
)
from bots.turn.turn_metrics import MOST_TOOLS, Outcome

STARTED = RunStartedEvent(thread_id="t", run_id="r")
EXPLANATION: dict[str, Any] = {
    "tools": [
        {"name": "search", "status": "error", "milliseconds": 3},
        {"name": "search", "status": "ok", "milliseconds": 4},
    ],
    "memories": [{"kind": "facts", "text": "My desk is blue"}],
    "sources": [{"tool": "search", "title": "T", "section": None, "url": "https://x.example"}],
    "trace_id": "0af7651916cd43dd8448eb211c80319c",
}


def calls(*arguments: str) -> list[BaseEvent]:
    return [
        event
        for number, given in enumerate(arguments)
        for event in (
            ToolCallStartEvent(tool_call_id=str(number), tool_call_name="search"),
            ToolCallArgsEvent(tool_call_id=str(number), delta=given),
        )
    ]


def outcome(*events: BaseEvent) -> Outcome:
    found = Outcome()
    for event in events:
        found.take(event)
    return found


def why(*events: BaseEvent) -> Explanation | None:
    found = ExplanationBuilder()
    for event in events:
        found.take(event)
    return found.result


def test_the_end_of_a_run_says_what_it_used() -> None:
    used = {"usage": {"input_tokens": 7, "output_tokens": 5, "tool_calls": 1, "milliseconds": 9}}
    end = RunFinishedEvent(
        thread_id="t", run_id="r", result=used, usage=[TokenUsage(model="m", input_tokens=7)]
    )
    found = outcome(*calls('{"q": "x"}'), end)

    assert (found.input_tokens, found.output_tokens, found.model) == (7, 5, "m")
    assert found.tools == ["search"]
    assert found.problem is None


def test_an_agent_of_another_kind_costs_nothing_and_breaks_nothing() -> None:
    for result in (None, "x", {"usage": "x"}, {"usage": {"input_tokens": "7"}}):
        found = outcome(RunFinishedEvent(thread_id="t", run_id="r", result=result))
        assert (found.input_tokens, found.output_tokens) == (0, 0)


def test_a_run_that_broke_off_has_failed() -> None:
    assert outcome(RunErrorEvent(message="x")).problem == "failed"


def test_a_run_that_calls_tools_without_end_fills_no_row() -> None:
    assert len(outcome(*calls(*["{}"] * (MOST_TOOLS + 9))).tools) == MOST_TOOLS


def test_the_reasons_know_what_each_tool_was_given() -> None:
    event = CustomEvent(name="bizassist.explanation", value=EXPLANATION)
    found = why(STARTED, *calls('{"q": 1}', '{"q": 2}'), event)

    assert found
    assert [(tool.status, tool.arguments) for tool in found.tools] == [
        ("error", '{"q": 1}'),
        ("ok", '{"q": 2}'),
    ]
    assert Explanation.read(found.model_dump_json()) == found


def test_a_run_that_begins_again_has_its_own_reasons() -> None:
    event = CustomEvent(name="bizassist.explanation", value=EXPLANATION)

    assert why(event, STARTED) is None


def test_reasons_of_no_known_shape_are_none() -> None:
    values: tuple[Any, ...] = (None, "x", {"tools": "x"}, {"memories": [{}]}, {"tools": [{}] * 51})
    for value in values:
        assert why(CustomEvent(name="bizassist.explanation", value=value)) is None
    assert Explanation.read("{") is None


def test_what_is_very_long_is_kept_short() -> None:
    event = CustomEvent(name="bizassist.explanation", value=EXPLANATION)
    found = why(*calls("x" * 10_000), event)

    assert found
    assert len(found.tools[0].arguments) == LONGEST_ARGUMENTS
