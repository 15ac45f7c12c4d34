"""When somebody who has left is erased: once, by the last time that they left."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bots.personal_data import erasure_table
from bots.personal_data.erasure import Erasures
from bots.personal_data.erasure_table import Erasure, ErasureTable
from bots.personal_data.owner import PersonOwner
from identity.executor import Executor
from tests.simulation.table_model import TableModel


class Listed(TableModel):
    """A table that is listed by pages too."""

    def get_paginator(self, _: str) -> "Listed":
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [self.scan()]


class Calendar(datetime):
    """Today, and as many days later as a test wants."""

    days = 0

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return datetime.now(tz) + timedelta(days=cls.days)


@pytest.fixture
def calendar(monkeypatch: pytest.MonkeyPatch) -> type[Calendar]:
    monkeypatch.setattr(Calendar, "days", 0)
    monkeypatch.setattr(erasure_table, "datetime", Calendar)
    return Calendar


@pytest.fixture
def table() -> Iterator[ErasureTable]:
    call, rows = Executor(1), Listed("subject")
    model: Any = rows
    yield ErasureTable(model, "forgetting", call)
    call.close()


async def test_the_days_count_from_the_last_time_that_somebody_left(
    table: ErasureTable, calendar: type[Calendar]
) -> None:
    begun = datetime.now(UTC)
    await table.schedule("alice")
    calendar.days = 1
    await table.cancel("alice")
    assert await table.everybody() == []
    calendar.days = 29
    await table.schedule("alice")
    calendar.days = 30
    await table.schedule("alice")  # found once more by another process
    (leaver,) = await table.everybody()
    assert leaver.due
    assert (leaver.due - begun).days in {58, 59}


async def test_what_somebody_has_asked_for_is_not_cancelled(table: ErasureTable) -> None:
    erasure = Erasure(PersonOwner("alice", "alice", frozenset()), "alice", datetime.now(UTC))
    await table.put(erasure)
    await table.cancel("alice")
    assert await table.everybody() == [erasure]


async def test_who_is_erased_is_not_erased_again_until_they_were_back(table: ErasureTable) -> None:
    await table.schedule("alice")
    (leaver,) = await table.everybody()
    await table.note_erased(leaver)
    await table.schedule("alice")
    assert await table.everybody() == []
    await table.cancel("alice")
    await table.schedule("alice")
    assert [one.owner.subject for one in await table.everybody()] == ["alice"]


async def test_what_fails_of_one_stops_nobody_elses(table: ErasureTable) -> None:
    for subject in ("alice", "bob", "carol"):
        owner = PersonOwner(subject, subject, frozenset())
        await table.put(Erasure(owner, subject, datetime.now(UTC)))
    seen: list[str] = []

    class Sessions:
        async def end_all(self, subject: str) -> None:
            seen.append(subject)
            raise ConnectionError(subject)

    sessions: Any = Sessions()
    unused: Any = None
    erasures = Erasures(
        stores=unused,
        table=table,
        audit=unused,
        links=unused,
        tokens=unused,
        sessions=sessions,
        forgetting=unused,
        is_enabled=unused,
    )
    with pytest.raises(ConnectionError, match="alice"):
        await erasures.work()
    assert seen == ["alice", "bob", "carol"]
