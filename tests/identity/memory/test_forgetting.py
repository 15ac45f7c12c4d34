"""All of a person is forgotten, however much it is, within AWS's quotas and behind its lag."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from identity.errors import MemoryUnavailable
from identity.executor import Executor
from identity.links import Links
from identity.memory import forgetting_jobs
from identity.memory.conversation_events import MEMORY_SWITCH, ConversationEvents
from identity.memory.forgetting import LAG, Forgetting, Progress
from identity.memory.forgetting_jobs import ForgettingJobs
from identity.memory.forgetting_table import ForgettingJob, ForgettingTable
from identity.memory.records import MemoryRecords
from tests.identity.memory.memory_service import MemoryService
from tests.simulation import clock as simulation
from tests.simulation.clock import simulate
from tests.simulation.table_model import TableModel
from tests.simulation.virtual_time import EPOCH, _Datetime, now

MEMORY = "memory-ABCDEFGHIJ"
ANN = "ann"


class _Inline:
    """In place of threads, where nothing blocks."""

    async def __call__(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)


class _Table(TableModel):
    def get_paginator(self, _: str) -> Any:
        table = self

        class Pages:
            def paginate(self, **_: Any) -> Any:
                yield table.scan()

        return Pages()


class _NoLinks:
    """Nobody is linked."""

    async def note_forgetting(self, subject: str) -> None:
        assert subject == ANN


def service(events: dict[str, int], records: int) -> MemoryService:
    """Somebody who said so much in each session, and of whom so much is remembered."""
    began = datetime.fromtimestamp(EPOCH, UTC) - timedelta(days=30)
    said = {
        session: {
            f"{place}#{session.encode().hex()}": began + timedelta(seconds=place)
            for place in range(count)
        }
        for session, count in events.items()
    }
    made = {f"mem-{place:040}": began for place in range(records)}
    return MemoryService(ANN, now, {**said, MEMORY_SWITCH: {"1#aa": began}}, made)


def forgetting(memory: MemoryService) -> Forgetting:
    role, execute = memory.role(), cast("Executor", _Inline())
    events = ConversationEvents(role, MEMORY, execute)
    return Forgetting(events, MemoryRecords(role, MEMORY, execute), execute)


def jobs(memory: MemoryService, table: TableModel) -> ForgettingJobs:
    """As one process has them."""
    rows = ForgettingTable(cast("Any", table), "forgetting", cast("Executor", _Inline()))
    return ForgettingJobs(rows, forgetting(memory), cast("Links", _NoLinks()))


def virtually(main: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(forgetting_jobs, "datetime", _Datetime)
    monkeypatch.setattr(simulation, "MOST_STEPS", 10_000_000)
    return simulate(main(), random.Random(1))  # noqa: S311 - the same each time


def test_very_much_is_forgotten_completely_through_throttling_and_a_death(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    memory = service({"one": 7_000, "two": 2_000, "three": 1_000}, records=2_000)
    table = _Table("subject")
    shown: list[ForgettingJob] = []

    async def told(process: ForgettingJobs) -> ForgettingJob:
        job = await process.of(ANN)
        assert job
        shown.append(job)
        return job

    async def main() -> None:
        dying = jobs(memory, table)
        async with dying.working():
            shown.append(await dying.ask(ANN, "ann@example.com", seconds=4))
            await asyncio.sleep(600)
            await told(dying)
        at = now()
        memory.busy = lambda: at + 300 < now() < at + 360
        following = jobs(memory, table)
        async with following.working():
            for _ in range(120):
                await asyncio.sleep(60)
                await told(following)

    virtually(main, monkeypatch)

    assert memory.left == ["1#aa"]  # a pause is a setting, no memory
    assert set(memory.throttled) == {"DeleteEvent"}  # while the account was busy, and then only
    assert memory.throttled["DeleteEvent"] < 100
    assert {job.problem for job in shown} == {""}
    deleted = [job.progress.deleted for job in shown]
    assert {job.progress.found for job in shown[1:]} == {12_000, deleted[-1]}
    assert deleted == sorted(deleted)
    assert 11_900 <= deleted[-1] <= 12_000  # a death leaves some seconds uncounted
    assert [job.state for job in shown[:2]] == ["deleting", "deleting"]
    assert shown[-1].progress.records == 2_000
    assert shown[-1].state == "done"


def test_an_account_that_stays_throttled_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    memory, table = service({"one": 3}, records=1), _Table("subject")
    memory.busy = lambda: True
    problems = []

    async def main() -> None:
        process = jobs(memory, table)
        async with process.working():
            await process.ask(ANN, "ann", seconds=1)
            await asyncio.sleep(3600)
            problems.append(await process.of(ANN))
            memory.busy = lambda: False
            await asyncio.sleep(3600)
            problems.append(await process.of(ANN))

    virtually(main, monkeypatch)

    assert [job and (job.state, job.problem) for job in problems] == [
        ("deleting", "throttled for minutes"),
        ("done", ""),
    ]
    assert memory.left == ["1#aa"]


@pytest.mark.parametrize("breaks", [True, False])
def test_what_is_deleted_is_noted_also_where_the_look_breaks_off_or_noting_fails(
    breaks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory, table = service({"one": 3}, records=1), _Table("subject")
    noted: list[str] = []

    class Failing(_NoLinks):
        async def note_forgetting(self, subject: str) -> None:
            noted.append(subject)
            if len(noted) > 1:  # the first is of who asked
                raise ClientError({"Error": {"Code": "ThrottlingException"}}, "Query")

    async def main() -> ForgettingJob | None:
        rows = ForgettingTable(cast("Any", table), "forgetting", cast("Executor", _Inline()))
        process = ForgettingJobs(rows, forgetting(memory), cast("Links", Failing()))
        if breaks:
            monkeypatch.setattr(MemoryRecords, "delete", lambda *_: None)
        await process.ask(ANN, "ann", seconds=20)
        return await process.of(ANN)

    job = virtually(main, monkeypatch)

    assert noted == [ANN, ANN]
    assert (job.progress.events, bool(job.problem)) == (3, breaks)
    assert job.state == ("deleting" if breaks else "checking")


def test_what_is_learned_or_listed_late_is_forgotten_and_what_is_said_later_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    memory, table = service({"one": 3}, records=1), _Table("subject")
    seen = []

    async def main() -> None:
        process = jobs(memory, table)
        async with process.working():
            job = await process.ask(ANN, "ann", seconds=10)
            await asyncio.sleep(60)
            learned = datetime.fromtimestamp(now(), UTC)
            memory.records["mem-" + "l" * 40] = learned
            memory.events["one"]["9#ee"] = learned
            await asyncio.sleep(3600)
            seen.extend([job, await process.of(ANN)])

    virtually(main, monkeypatch)

    assert [job and job.state for job in seen] == ["checking", "done"]
    assert memory.left == ["9#ee", "1#aa"]


def test_a_record_that_stays_is_not_called_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = service({}, records=1)
    monkeypatch.setattr(memory, "_delete_memory_record", lambda asked: (200, asked))

    async def main() -> None:
        asked_at = datetime.fromtimestamp(now(), UTC)
        with pytest.raises(MemoryUnavailable):
            await forgetting(memory).look(ANN, asked_at, Progress())

    virtually(main, monkeypatch)


def test_a_job_is_done_when_listings_know_all_that_there_was() -> None:
    asked = datetime.fromtimestamp(EPOCH, UTC)
    job = ForgettingJob(ANN, "ann", asked)
    found = job.after(7, asked + timedelta(minutes=20))

    assert job.after(0, asked + timedelta(minutes=1)).state == "checking"
    assert job.after(0, asked + LAG).state == "done"
    assert (found.state, found.due) == ("checking", asked + timedelta(minutes=20) + LAG)
    assert found.after(0, asked + timedelta(minutes=21)).state == "checking"
    assert found.after(0, found.due).state == "done"
