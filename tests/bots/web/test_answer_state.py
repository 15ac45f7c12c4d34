"""An answer, folded from the agent's events."""

from ag_ui.core import (
    CustomEvent,
    RunErrorEvent,
    RunFinishedEvent,
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageStartEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from bots.answer.proposed_call import readable
from bots.web.outgoing.answer_state import SENTENCE, AnswerState, Tool, apply

STARTED = RunStartedEvent(thread_id="t", run_id="r")
FINISHED = RunFinishedEvent(thread_id="t", run_id="r")


def fold(*events: object) -> AnswerState:
    shown = AnswerState()
    for event in events:
        shown = apply(shown, event)  # type: ignore[arg-type]
    return shown


def said(text: str) -> TextMessageContentEvent:
    return TextMessageContentEvent(message_id="m", delta=text)


def test_text_grows_by_its_deltas() -> None:
    assert fold(STARTED, said("It is "), said("active."), FINISHED) == AnswerState(
        "It is active.", finished=True
    )


def test_a_tool_runs_until_its_result() -> None:
    start = ToolCallStartEvent(tool_call_id="1", tool_call_name="warranty___check_status")
    result = ToolCallResultEvent(message_id="m", tool_call_id="1", content="{}")

    assert fold(STARTED, start).tools == (Tool("1", "check status"),)
    assert fold(STARTED, start, result).tools == (Tool("1", "check status", running=False),)


def test_a_second_message_begins_a_paragraph() -> None:
    begins = TextMessageStartEvent(message_id="n", role="assistant")

    assert fold(said("One."), begins, said("Two.")).text == "One.\n\nTwo."


def test_a_run_that_begins_again_starts_over() -> None:
    assert fold(STARTED, said("Half an ans"), STARTED, said("All of it.")).text == "All of it."


def test_a_sentence_replaces_what_was_visible() -> None:
    sentence = CustomEvent(name=SENTENCE, value="I'm trying again in a moment.")

    assert fold(said("Half"), sentence).text == "I'm trying again in a moment."


def test_an_error_keeps_what_was_said() -> None:
    shown = fold(said("Half."), RunErrorEvent(message="I had to stop here."))

    assert shown == AnswerState("Half.\n\nI had to stop here.", finished=True, failed=True)


def test_a_tools_name_is_readable() -> None:
    assert readable("search-target___web_search") == "web search"
    assert readable("remember") == "remember"
