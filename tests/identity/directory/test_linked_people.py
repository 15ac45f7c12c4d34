"""Linked people: read whole, shown at once, renewed behind what is shown."""

import asyncio
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from identity.directory import linked_people
from identity.directory.linked_people import LinkedPeople
from identity.links import Link, Links
from identity.people import ChatUser
from tests.identity.admin.test_people import somebody
from tests.identity.clock import Clock

# As they are; the other tests of this folder have them at nothing.
FRESH, STALE = linked_people.FRESH, linked_people.STALE


class Table(Links):
    """A table of links whose whole reading takes as long as a test says."""

    def __init__(self) -> None:
        self.rows = {link.chat_user.key: link for link in map(somebody, range(3))}
        self.readings = 0
        self.open = asyncio.Event()
        self.open.set()
        self.error: ClientError | None = None

    async def everybody(self) -> list[Link]:
        self.readings += 1
        if self.error:
            raise self.error
        read = list(self.rows.values())
        await self.open.wait()
        return read

    async def get(self, chat_user: ChatUser) -> Link | None:
        return self.rows.get(chat_user.key)


@pytest.fixture
def now(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Clock:
    monkeypatch.setattr("identity.directory.linked_people.FRESH", FRESH)
    monkeypatch.setattr("identity.directory.linked_people.STALE", STALE)
    monkeypatch.setattr("identity.directory.linked_people.monotonic", clock.monotonic)
    return clock


async def settled() -> None:
    """Let what runs behind a page come to its end."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_many_pages_cost_one_reading_and_are_renewed_behind_their_backs(now: Clock) -> None:
    table = Table()
    people = LinkedPeople(table)
    first = await asyncio.gather(*(people.everybody() for _ in range(10)))
    assert {len(found) for found in first} == {3}
    assert table.readings == 1

    table.rows["new"] = somebody(7)
    table.open.clear()
    now.forward(FRESH + 1)
    assert len(await people.everybody()) == 3  # at once, while it is being read
    await settled()
    assert len(await people.everybody()) == 3
    assert table.readings == 2
    table.open.set()
    await settled()
    assert len(await people.everybody()) == 4
    assert table.readings == 2


async def test_nobody_is_shown_what_is_old(now: Clock) -> None:
    table = Table()
    people = LinkedPeople(table)
    await people.everybody()
    table.rows["new"] = somebody(7)
    now.forward(STALE + 1)
    assert len(await people.everybody()) == 4


async def test_an_own_change_is_seen_at_once_and_is_not_undone_by_a_reading_under_way(
    now: Clock,
) -> None:
    table = Table()
    people = LinkedPeople(table)
    await people.everybody()
    table.open.clear()
    now.forward(FRESH + 1)
    await people.everybody()  # begins to read what is still active
    await settled()
    revoked = replace(somebody(1), state="revoked")
    table.rows[revoked.chat_user.key] = revoked

    await people.changed(revoked.chat_user)

    assert revoked in await people.everybody()
    table.open.set()
    await settled()
    assert revoked in await people.everybody()
    assert len(await people.everybody()) == 3


async def test_a_reading_that_fails_is_tried_again(now: Clock) -> None:
    table = Table()
    people = LinkedPeople(table)
    table.error = ClientError({"Error": {"Code": "ThrottlingException"}}, "Scan")
    with pytest.raises(ClientError):
        await people.everybody()
    table.error = None
    assert len(await people.everybody()) == 3

    table.error = ClientError({"Error": {"Code": "ThrottlingException"}}, "Scan")
    now.forward(FRESH + 1)
    assert len(await people.everybody()) == 3
    await settled()
    table.error = None
    await people.everybody()
    await settled()
    assert table.readings == 4
