"""Answers written at once in a Teams conversation share its edits; each ends as if alone."""

import pytest

from tests.bots.teams.busy_conversation import answers_at_once, answers_one_after_the_other
from tests.some import some

AT_ONCE = 8
MOST = 1.2


@pytest.mark.parametrize(
    ("seconds", "rounds"),
    [(5.0, 1), (7.0, 2), (8.0, 2), (9.0, 2), (10.0, 2), (11.0, 2), (12.0, 5), (20.0, 6), (40.0, 2)],
)
def test_no_answer_takes_longer_than_a_little_more_than_alone(seconds: float, rounds: int) -> None:
    """From five seconds on: of eight first messages Teams takes the eighth a second later."""
    _, (alone,) = answers_at_once(1, 1, seconds)
    teams, took = answers_at_once(AT_ONCE, rounds, seconds)

    assert len(took) == AT_ONCE * rounds
    assert max(took) <= MOST * alone
    for text in some(teams.shown.values()):
        assert text.endswith("The end.")


def test_what_is_written_is_edited_meanwhile_and_teams_refuses_nothing() -> None:
    teams, took = answers_at_once(AT_ONCE, 6, 20.0)

    seconds = sum(took[::AT_ONCE])
    finals = AT_ONCE * 6
    assert teams.refused.total() == 0
    assert teams.calls["edit"] >= finals + 0.3 * seconds


def test_in_an_hour_the_edits_of_drafts_leave_half_of_the_calls() -> None:
    teams, _ = answers_at_once(1, 45, 80.0)

    assert teams.refused.total() == 0
    assert 45 + 600 <= teams.calls["edit"] <= 45 + 940


@pytest.mark.parametrize("seconds", [9.0, 12.0, 20.0])
@pytest.mark.parametrize("earlier", [-1.0, 0.0, 0.5, 1.0, 3.0])
def test_questions_that_come_as_answers_end_hold_up_neither(seconds: float, earlier: float) -> None:
    """Last edits go first, and an answer is made while its first message waits."""
    _, (alone,) = answers_at_once(1, 1, seconds)
    teams, took = answers_one_after_the_other(AT_ONCE, seconds, alone - earlier)

    assert len(took) == AT_ONCE * 2
    assert max(took) <= MOST * alone
    assert teams.refused.total() == 0


@pytest.mark.parametrize("seconds", [1.0, 2.0, 3.0, 4.0])
def test_shorter_answers_take_what_teams_makes_them_wait_and_no_more(seconds: float) -> None:
    """Sixteen calls, a first and a last for each, of which Teams takes eight in two seconds."""
    _, (alone,) = answers_at_once(1, 1, seconds)
    teams, took = answers_at_once(AT_ONCE, 1, seconds)
    assert max(took) <= alone + 2.0
    assert teams.refused.total() == 0
