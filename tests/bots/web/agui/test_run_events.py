"""Whatever an answer goes through, a client of AG-UI hears it in the protocol's order."""

from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    RunAgentInput,
    RunErrorEvent,
    RunFinishedEvent,
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallArgsEvent,
    ToolCallEndEvent,
    ToolCallStartEvent,
    UserMessage,
)

from bots.web.agui.run_events import RunEvents
from bots.web.outgoing.answer_state import SENTENCE

GIVEN = RunAgentInput(
    thread_id="t", run_id="r", messages=[UserMessage(id="q", role="user", content="When?")]
)
OURS = RunStartedEvent(thread_id="web:1", run_id="web:2")
BEGUN = TextMessageStartEvent(message_id="m", role="assistant")
SAID = TextMessageContentEvent(message_id="m", delta="Now.")
CLOSED = TextMessageEndEvent(message_id="m")
OVER = RunFinishedEvent(thread_id="web:1", run_id="web:2")


def sent(*events: BaseEvent) -> list[str]:
    return [one.type.value for one in RunEvents(GIVEN).after(events)]


def test_an_answer_is_passed_on_under_its_clients_own_names() -> None:
    run = RunEvents(GIVEN)
    began = run.began()

    *parts, end = run.after([OURS, BEGUN, SAID, CLOSED, OVER])

    assert (began.thread_id, began.run_id) == ("t", "r")
    assert parts == [BEGUN, SAID, CLOSED]
    assert end == RunFinishedEvent(thread_id="t", run_id="r")
    assert run.finished
    assert run.after([SAID]) == []


def test_an_answer_that_begins_anew_goes_back_to_the_clients_messages() -> None:
    run = RunEvents(GIVEN)
    run.after([OURS, BEGUN, SAID])

    closed, back, *_ = run.after([OURS, BEGUN])

    assert closed == CLOSED
    assert back.model_dump()["messages"] == [GIVEN.messages[0].model_dump()]


def test_what_stays_open_is_closed_and_what_was_not_opened_is() -> None:
    call = ToolCallStartEvent(tool_call_id="c", tool_call_name="search")
    stray = ToolCallArgsEvent(tool_call_id="other", delta="{}")

    assert sent(call, stray, SAID, ToolCallEndEvent(tool_call_id="other"), OVER) == [
        "TOOL_CALL_START",
        "TEXT_MESSAGE_START",
        "TEXT_MESSAGE_CONTENT",
        "TOOL_CALL_END",
        "TEXT_MESSAGE_END",
        "RUN_FINISHED",
    ]


def test_a_sentence_instead_of_an_answer_is_a_message() -> None:
    sentence = CustomEvent(name=SENTENCE, value="Please ask again later.")

    assert sent(sentence, OVER) == [
        "TEXT_MESSAGE_START",
        "TEXT_MESSAGE_CONTENT",
        "TEXT_MESSAGE_END",
        "RUN_FINISHED",
    ]
    assert sent(BEGUN, SAID, sentence)[2:4] == ["TEXT_MESSAGE_END", "MESSAGES_SNAPSHOT"]


def test_after_an_error_nothing_follows() -> None:
    assert sent(OURS, RunErrorEvent(message="I had to stop.", code="x"), OVER) == ["RUN_ERROR"]
