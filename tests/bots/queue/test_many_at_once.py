"""Many ask at once: nobody waits behind another, none is lost, none is answered twice."""

import asyncio
from collections.abc import Callable
from typing import Any

from bots.platform import Accepted
from bots.slack.outgoing.answer.run_steps import IN_LINE, THINKING
from tests.bots.crowd import Crowd, assert_each_answered_once, happens

SOON = 3.0
"""Seconds in which whoever asks sees something, whatever else there is to do."""


def test_one_person_with_slow_questions_delays_nobody() -> None:
    questions: list[Accepted] = []

    async def story(crowd: Crowd, put: Callable[[Accepted], Any]) -> None:
        questions.extend(crowd.ask(number, "busy", 36.0) for number in range(32))
        await asyncio.gather(*(put(one) for one in questions))
        await asyncio.sleep(5)
        questions.extend(crowd.ask(100 + number, f"U{number}", 2.0) for number in range(8))
        await asyncio.gather(*(put(one) for one in questions[32:]))

    crowd = happens(story, runs=32, turns=64)

    colleagues = [crowd.answered_at[f"slack:{one.event_id}"] for one in questions[32:]]
    assert max(colleagues) < 5 + 2 + SOON
    assert_each_answered_once(crowd, questions)


def test_the_thirty_third_asker_sees_at_once_that_they_are_in_line() -> None:
    questions: list[Accepted] = []

    async def story(crowd: Crowd, put: Callable[[Accepted], Any]) -> None:
        questions.extend(crowd.ask(number, f"U{number}", 180.0) for number in range(33))
        await asyncio.gather(*(put(one) for one in questions))
        await asyncio.sleep(SOON)
        shown = [crowd.first_shown(f"slack:{one.event_id}") for one in questions]
        assert set(shown) == {THINKING, IN_LINE}
        assert shown.count(IN_LINE) == 33 - 28

    crowd = happens(story, runs=32, turns=1_000)

    assert_each_answered_once(crowd, questions)


def test_a_thousand_answers_at_once() -> None:
    """None lost, none twice, and never more at work than the bounds say."""
    questions: list[Accepted] = []

    async def story(crowd: Crowd, put: Callable[[Accepted], Any]) -> None:
        questions.extend(crowd.ask(number, f"U{number % 500}", 40.0) for number in range(1_000))
        await asyncio.gather(*(put(one) for one in questions))

    crowd = happens(story, runs=100, turns=400)

    assert crowd.most_runs <= 100
    assert_each_answered_once(crowd, questions)


def test_a_turn_that_waits_for_its_slot_is_not_delivered_again() -> None:
    questions: list[Accepted] = []

    async def story(crowd: Crowd, put: Callable[[Accepted], Any]) -> None:
        questions.extend(crowd.ask(number, f"U{number}", 100.0) for number in range(12))
        await asyncio.gather(*(put(one) for one in questions))

    crowd = happens(story, runs=4, turns=100)

    assert {message.receives for message in crowd.queues["inbox"].deleted} == {1}
    assert_each_answered_once(crowd, questions)
