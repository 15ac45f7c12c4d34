"""What is kept of a run for whoever asks for it again, and for how long."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    RunAgentInput,
    RunErrorEvent,
    RunFinishedEvent,
    RunStartedEvent,
)

from agent.run import runs_under_way
from agent.run.runs_under_way import HEARTBEAT, MOST_KEPT, RunName, RunsUnderWay
from tests.agent.local_agent import run_input
from tests.some import some

SESSION, ALICE, THREAD = "session", "s-alice", "thread"
STARTED = RunStartedEvent(thread_id=THREAD, run_id="r")
FINISHED = RunFinishedEvent(thread_id=THREAD, run_id="r")
BEATS = CustomEvent(name=HEARTBEAT, value={})
FAILED = RunErrorEvent(message="No.", code="MODEL_BUSY")


class Runs:
    """Runs that wait after their first event, and how often they were made."""

    def __init__(self, last: BaseEvent | Exception = FINISHED) -> None:
        self.kept = RunsUnderWay()
        self.open = asyncio.Event()
        self.made = 0
        self._last = last

    async def _made(self) -> AsyncGenerator[BaseEvent]:
        self.made += 1
        yield STARTED
        await self.open.wait()
        if isinstance(self._last, Exception):
            raise self._last
        yield self._last

    def ask(self, run: str = "r", **changes: Any) -> AsyncGenerator[BaseEvent]:
        asked = RunAgentInput(**run_input("Hello", THREAD, runId=run, **changes))
        return self.kept.events(SESSION, ALICE, asked, self._made)

    async def left(self, run: str = "r") -> None:
        """A client reads the first event and leaves; the run comes to its end."""
        reader = self.ask(run)
        await anext(reader)
        await reader.aclose()
        self.open.set()
        await self.kept.ended(SESSION, ALICE, THREAD)


async def _all(events: AsyncGenerator[BaseEvent]) -> list[BaseEvent]:
    return [event async for event in events]


async def test_what_nobody_heard_is_told_once() -> None:
    runs = Runs()
    await runs.left()

    assert not runs.kept.busy
    assert await _all(runs.ask()) == [STARTED, FINISHED]
    assert runs.made == 1
    await _all(runs.ask())
    assert runs.made == 2


async def test_a_silent_run_says_that_it_goes_on_and_keeps_nothing_of_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runs_under_way, "HEARTBEAT_SECONDS", 0.01)
    runs = Runs()
    reader = runs.ask()
    assert [await anext(reader) for _ in range(3)] == [STARTED, BEATS, BEATS]
    monkeypatch.setattr(runs_under_way, "HEARTBEAT_SECONDS", 60)
    await reader.aclose()
    runs.open.set()
    await runs.kept.ended(SESSION, ALICE, THREAD)

    assert await _all(runs.ask()) == [STARTED, FINISHED]


async def test_whoever_joins_is_told_from_the_beginning() -> None:
    runs = Runs()
    first = runs.ask()
    await anext(first)
    joined = asyncio.create_task(_all(runs.ask()))
    runs.open.set()

    assert await joined == [STARTED, FINISHED]
    assert await _all(first) == [FINISHED]
    assert runs.made == 1


async def test_a_run_is_the_same_although_something_was_forgotten_meanwhile() -> None:
    runs = Runs()
    await anext(runs.ask(forwardedProps={"audience": "alone", "memoryVersion": "one"}))
    runs.open.set()
    await _all(runs.ask(forwardedProps={"audience": "alone", "memoryVersion": "two"}))

    assert runs.made == 1


async def test_a_failure_is_not_kept() -> None:
    runs = Runs(FAILED)
    await runs.left()

    assert await _all(runs.ask()) == [STARTED, FAILED]
    assert runs.made == 2


async def test_a_run_that_breaks_ends_in_a_sentence() -> None:
    runs = Runs(RuntimeError("hunter2"))
    runs.open.set()
    *_, last = await _all(runs.ask())

    assert isinstance(last, RunErrorEvent)
    assert last.code == "INTERNAL_ERROR"
    assert "hunter2" not in last.message


async def test_a_run_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs_under_way, "LONGEST_SECONDS", 0.01)
    runs = Runs()
    *_, last = await _all(runs.ask())

    assert isinstance(last, RunErrorEvent)
    assert not runs.kept.busy


async def test_all_who_read_a_cancelled_run_are_told() -> None:
    runs = Runs()
    readers = [asyncio.create_task(_all(runs.ask())) for _ in range(2)]
    while not runs.made:  # noqa: ASYNC110 - a task has to begin
        await asyncio.sleep(0)
    name = RunName(SESSION, ALICE, THREAD, "r")

    assert not runs.kept.cancel(name._replace(session="another"))
    assert not runs.kept.cancel(name._replace(subject="s-bob"))
    assert runs.kept.cancel(name)
    for told in some(await asyncio.gather(*readers)):
        assert isinstance(told[-1], RunErrorEvent)
        assert told[-1].code == "CANCELLED"
    assert not runs.kept.cancel(name)


@pytest.mark.parametrize(
    "changes",
    [
        {"forwardedProps": {"audience": "outsiders"}},
        {"resume": [{"interruptId": "i", "status": "resolved", "payload": {"approved": True}}]},
    ],
)
async def test_another_audience_or_decision_is_another_run(changes: dict[str, Any]) -> None:
    runs = Runs()
    await runs.left()
    await _all(runs.ask(**changes))

    assert runs.made == 2


async def test_what_is_kept_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs()
    await runs.left("old")
    with monkeypatch.context() as patch:
        patch.setattr(runs_under_way, "KEPT_SECONDS", -1.0)
        await _all(runs.ask("old"))
    assert runs.made == 2

    for number in range(MOST_KEPT + 2):
        await runs.left(f"r{number}")
    before = runs.made
    await _all(runs.ask("r0"))
    assert runs.made == before + 1
    await _all(runs.ask(f"r{MOST_KEPT + 1}"))
    assert runs.made == before + 1


async def test_a_session_ends_with_all_it_keeps() -> None:
    runs = Runs()
    await runs.left()
    runs.open.clear()
    reader = runs.ask("r2")
    await anext(reader)
    await runs.kept.end("another", ALICE)
    assert runs.kept.busy

    await runs.kept.end(SESSION, ALICE)

    assert not runs.kept.busy
    runs.open.set()
    await _all(runs.ask())
    assert runs.made == 3
