"""What an asker reads of an answer's delay, wherever they asked."""

from datetime import UTC, datetime, timedelta

import pytest
from ag_ui.core import BaseEvent, RunErrorEvent, RunFinishedEvent, TextMessageContentEvent

from bots.answer.delay_sentences import Delay, trying_again, with_lateness
from bots.answer.draft import Draft
from bots.errors import CAUSES, RuntimeUnavailable
from bots.web.outgoing.answer_state import AnswerState, apply
from tests.some import some

SAID = TextMessageContentEvent(message_id="m", delta="It is covered.")
ENDS = RunFinishedEvent(thread_id="t", run_id="r")
LATE = "This took 7 minutes, because the assistant was unavailable."


def delayed(
    seconds: float, attempts: int = 2, held_up_by: str | None = RuntimeUnavailable.code
) -> Delay:
    return Delay(asked(seconds), attempts, held_up_by)


def asked(seconds: float) -> datetime:
    return datetime.now(UTC) - timedelta(seconds=seconds)


def events(delay: Delay) -> list[BaseEvent]:
    return [shown for event in (SAID, ENDS) for shown in with_lateness(event, delay)]


def test_slack_and_teams_show_the_line_below_the_answer() -> None:
    draft = Draft()
    for event in events(delayed(7 * 60)):
        draft.take(event)
    assert draft.final() == f"It is covered.\n\n_{LATE}_"


def test_the_web_chat_shows_the_line_below_the_answer() -> None:
    answer = AnswerState()
    for event in events(delayed(7 * 60)):
        answer = apply(answer, event)
    assert answer == AnswerState(f"It is covered.\n\n_{LATE}_", finished=True)


@pytest.mark.parametrize(
    ("seconds", "attempts", "held_up_by"),
    [(10, 2, RuntimeUnavailable.code), (130, 1, None), (130, 2, None)],
)
def test_an_answer_in_time_has_no_line(
    seconds: float, attempts: int, held_up_by: str | None
) -> None:
    """A long run is none that comes late, and neither is one that was soon begun again."""
    assert events(delayed(seconds, attempts, held_up_by)) == [SAID, ENDS]


def test_a_run_whose_process_died_says_so_when_it_is_late() -> None:
    draft = Draft()
    for event in events(delayed(400, held_up_by=None)):
        draft.take(event)
    assert draft.final().endswith("_This took 7 minutes, because I had to begin again._")


def test_an_error_has_no_line() -> None:
    error = RunErrorEvent(message="No.", code="LIMIT")
    assert list(with_lateness(error, delayed(400))) == [error]


def test_what_is_tried_for_a_while_says_since_when_and_until_when() -> None:
    since = datetime.now(UTC) - timedelta(minutes=7)
    told = trying_again("It's away.", Delay(since, 2, None), 900)
    until = since + timedelta(minutes=15)
    assert told == (
        f"It's away. I have been trying since {since:%H:%M} UTC and go on until {until:%H:%M} UTC."
    )
    assert trying_again("It's away.", delayed(5), 900) == "It's away."


def test_each_cause_is_half_a_sentence() -> None:
    for cause in some(CAUSES.values()):
        assert cause[0].islower()
        assert cause[-1].isalpha()
