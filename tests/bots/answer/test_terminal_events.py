"""Every end of a run is told as what it is, in the chats and on the page."""

import pytest
from ag_ui.core import BaseEvent, Interrupt, RunErrorEvent, RunFinishedEvent
from ag_ui.core import RunFinishedInterruptOutcome as Waits

from agent import errors
from agent.error_rendering import run_error_event
from bots.answer.draft import NOTHING, WAITS, Draft
from bots.answer.run_end import PASSING, run_failure
from bots.web.outgoing.answer_state import AnswerState, apply
from tests.some import some

WAITING = RunFinishedEvent(
    thread_id="t", run_id="r", outcome=Waits(interrupts=[Interrupt(id="i", reason="tool_call")])
)
KINDS: list[type[errors.RunError]] = [errors.RunError, *errors.RunError.__subclasses__()]


def in_a_chat(event: BaseEvent) -> str:
    draft = Draft()
    draft.take(event)
    return draft.final()


def on_the_page(event: BaseEvent) -> str:
    return apply(AnswerState(), event).text


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_is_told_in_its_own_sentence(kind: type[errors.RunError]) -> None:
    event = run_error_event(kind(detail="a secret"))
    assert isinstance(event, RunErrorEvent)

    for told in (in_a_chat(event), on_the_page(event)):
        assert told == event.message
        assert told not in {"", NOTHING}
        assert "secret" not in told


def test_two_errors_never_read_alike() -> None:
    sentences = [kind.sentence for kind in some(KINDS)]

    assert len({*sentences}) == len(sentences)


def test_what_is_tried_again_are_codes_that_the_agent_has() -> None:
    codes = {run_error_event(kind()).code for kind in KINDS}

    assert codes >= PASSING
    for kind in some(KINDS):
        failure = run_failure(run_error_event(kind()))
        assert failure is not None
        assert failure.passing is (failure.code in PASSING)


def test_an_end_without_words_is_told_too() -> None:
    assert in_a_chat(RunFinishedEvent(thread_id="t", run_id="r")) == NOTHING
    assert in_a_chat(WAITING) == WAITS
