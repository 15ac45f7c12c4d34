"""The real queue, turn and ledger with many askers at once, on virtual time against models."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import pytest
from ag_ui.core import BaseEvent, RunFinishedEvent, RunStartedEvent, TextMessageContentEvent

from bots.answer.placeholder import IN_LINE, THINKING
from bots.platform import Accepted
from bots.runtime import RunAddress
from identity.people import ChatUser
from tests.simulation import clock, process, world
from tests.simulation.clock import VirtualLoop, simulate
from tests.simulation.faults import Fate, ServiceName
from tests.simulation.seeds import simulating
from tests.some import some

SOON = 3.0
"""Seconds in which whoever asks sees something, whatever else there is to do."""


class _Crowd(world.World):
    """A world where nothing fails and everybody is linked.

    :ivar most_runs: how many runs there were at the same time, at the most.
    :ivar answered_at: when each turn's run came to its end.
    """

    def __init__(self) -> None:
        super().__init__(0)
        self.runs = self.most_runs = 0
        self.answered_at: dict[str, float] = {}

    def fate(self, service: ServiceName) -> Fate:
        return Fate("none", 0.01, 0.0, sent=True)

    def begins(self, process: process.Process, turn: str) -> None:
        """The order in the queue is another test's."""

    def ask(self, number: int, person: str, seconds: float) -> Accepted:
        """A question in a conversation of its own, whose answer takes so long."""
        asker = ChatUser("slack", "T", person)
        self.links[asker.key] = world.linked(asker, 0.0)
        body: dict[str, object] = {"asker": asker.key, "text": f"{seconds}"}
        return Accepted("slack", f"E{number}", f"C{number}#{person}", body, asker.key)

    def first_shown(self, turn: str) -> str | None:
        seen = self.board.visible(turn)
        return seen[0].text if seen else None


class _SlowRuntime:
    """Each run takes the seconds that its question says."""

    def __init__(self, process: process.Process, _: Any) -> None:
        self._process = process

    async def invoke(
        self, address: RunAddress, text: str, *_: Any, **__: Any
    ) -> AsyncIterator[BaseEvent]:
        run, crowd = address.run, self._process.world
        assert isinstance(crowd, _Crowd)
        crowd.runtime.runs[run] += 1
        crowd.runs += 1
        crowd.most_runs = max(crowd.most_runs, crowd.runs)
        try:
            yield RunStartedEvent(thread_id="t", run_id=run)
            await asyncio.sleep(float(text))
            yield TextMessageContentEvent(message_id="m", delta=f"The answer to {run}.")
        finally:
            crowd.runs -= 1
        crowd.answered_at[run] = crowd.now()
        yield RunFinishedEvent(thread_id="t", run_id=run)


class Story(Protocol):
    """What happens in a crowd while a process runs."""

    async def __call__(self, crowd: _Crowd, put: Callable[[Accepted], Any]) -> None: ...


@pytest.fixture(autouse=True)
def slow_runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(process, "RuntimeClient", _SlowRuntime)
    monkeypatch.setattr(clock, "MOST_STEPS", 2_000_000)
    with simulating():
        yield


@contextmanager
def bounds(monkeypatch: pytest.MonkeyPatch, runs: int, turns: int) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(process, "RUNS_AT_ONCE", runs)
        patch.setattr(process, "TURNS_AT_ONCE", turns)
        yield


def happens(story: Story) -> _Crowd:
    """The crowd after the story, once everything is over."""
    crowd = _Crowd()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.on_task = world._into_process
        one = process.Process(crowd, "P")
        await one.ready.wait()
        await story(crowd, one.put)
        while any(queue.messages for queue in crowd.queues.values()):  # noqa: ASYNC110
            await asyncio.sleep(1)
        one.stop()
        await one.ended

    simulate(main(), random.Random(1))  # noqa: S311 - it only shuffles
    return crowd


def assert_each_answered_once(crowd: _Crowd, questions: Sequence[Accepted]) -> None:
    assert len(questions) == len(crowd.runtime.runs)
    assert set(crowd.runtime.runs.values()) == {1}
    for question in some(questions):
        turn = f"slack:{question.event_id}"
        (message,) = crowd.board.visible(turn)
        assert message.text == f"The answer to {turn}."
        assert crowd.row(turn)["state"]["S"] == "answered"


def test_one_person_with_slow_questions_delays_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    questions: list[Accepted] = []

    async def story(crowd: _Crowd, put: Callable[[Accepted], Any]) -> None:
        questions.extend(crowd.ask(number, "busy", 36.0) for number in range(32))
        await asyncio.gather(*(put(one) for one in questions))
        await asyncio.sleep(5)
        questions.extend(crowd.ask(100 + number, f"U{number}", 2.0) for number in range(8))
        await asyncio.gather(*(put(one) for one in questions[32:]))

    with bounds(monkeypatch, runs=32, turns=64):
        crowd = happens(story)

    colleagues = [crowd.answered_at[f"slack:{one.event_id}"] for one in questions[32:]]
    assert max(colleagues) < 5 + 2 + SOON
    assert_each_answered_once(crowd, questions)


def test_the_thirty_third_asker_sees_at_once_that_they_are_in_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    questions: list[Accepted] = []

    async def story(crowd: _Crowd, put: Callable[[Accepted], Any]) -> None:
        questions.extend(crowd.ask(number, f"U{number}", 180.0) for number in range(33))
        await asyncio.gather(*(put(one) for one in questions))
        await asyncio.sleep(SOON)
        shown = [crowd.first_shown(f"slack:{one.event_id}") for one in questions]
        assert set(shown) == {THINKING, IN_LINE}
        assert shown.count(IN_LINE) == 33 - 28

    with bounds(monkeypatch, runs=32, turns=1_000):
        crowd = happens(story)

    assert_each_answered_once(crowd, questions)


def test_a_thousand_answers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """None lost, none twice, and never more at work than the bounds say."""
    questions: list[Accepted] = []

    async def story(crowd: _Crowd, put: Callable[[Accepted], Any]) -> None:
        questions.extend(crowd.ask(number, f"U{number % 500}", 40.0) for number in range(1_000))
        await asyncio.gather(*(put(one) for one in questions))

    with bounds(monkeypatch, runs=100, turns=400):
        crowd = happens(story)

    assert crowd.most_runs <= 100
    assert_each_answered_once(crowd, questions)


def test_a_turn_that_waits_for_its_slot_is_not_delivered_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    questions: list[Accepted] = []

    async def story(crowd: _Crowd, put: Callable[[Accepted], Any]) -> None:
        questions.extend(crowd.ask(number, f"U{number}", 100.0) for number in range(12))
        await asyncio.gather(*(put(one) for one in questions))

    with bounds(monkeypatch, runs=4, turns=100):
        crowd = happens(story)

    assert {message.receives for message in crowd.queues["inbox"].deleted} == {1}
    assert_each_answered_once(crowd, questions)
