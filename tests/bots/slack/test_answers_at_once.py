"""Answers that are written at once in a workspace share its edits; each ends as if alone."""

import pytest

from tests.bots.slack.busy_workspace import answers_at_once
from tests.some import some

AT_ONCE = 8
MOST = 1.2


@pytest.mark.parametrize(("seconds", "rounds"), [(2.0, 1), (12.0, 5), (20.0, 6), (40.0, 3)])
def test_no_answer_takes_longer_than_a_little_more_than_alone(seconds: float, rounds: int) -> None:
    _, (alone,) = answers_at_once(1, 1, seconds)
    slack, took = answers_at_once(AT_ONCE, rounds, seconds)

    assert len(took) == AT_ONCE * rounds
    assert max(took) <= MOST * alone
    for text in some(slack.shown.values()):
        assert text.endswith("The end.")


def test_what_is_written_is_edited_meanwhile_as_far_as_the_tier_allows() -> None:
    slack, took = answers_at_once(AT_ONCE, 6, 20.0)

    minutes = sum(took[::AT_ONCE]) / 60
    finals = AT_ONCE * 6
    assert slack.refused["chat.update"] == 0
    assert finals + 10 * minutes <= slack.calls["chat.update"] <= 50 * (minutes + 1)
