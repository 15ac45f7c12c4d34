"""Whoever looks on at an answer gets it once, wherever it is written, and costs nobody a look."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import Any, cast

import pytest
from ag_ui.core import BaseEvent, RunFinishedEvent, RunStartedEvent, TextMessageContentEvent

from bots.web import live_answer_reader
from bots.web.live_answer_reader import LiveAnswers
from tests.some import some

STARTED = RunStartedEvent(thread_id="t", run_id="r")
FINISHED = RunFinishedEvent(thread_id="t", run_id="r")


def text(words: str) -> BaseEvent:
    return TextMessageContentEvent(message_id="m", delta=words)


class Table:
    """The table of transcripts, as much as live answers need, and how often it was asked."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, Sequence[BaseEvent]]] = []
        self.looks = 0

    async def write(self, event: str, events: Sequence[BaseEvent]) -> str:
        position = f"{len(self.rows):020d}"
        self.rows.append((event, position, events))
        return position

    async def written(self, event: str, since: str) -> list[tuple[str, Sequence[BaseEvent]]]:
        self.looks += 1
        return [(at, events) for one, at, events in self.rows if one == event and at > since]


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def live(table: Table, monkeypatch: pytest.MonkeyPatch) -> LiveAnswers:
    monkeypatch.setattr(live_answer_reader, "LOOK_SECONDS", 0.02)
    return LiveAnswers(cast("Any", table))


async def followed(live: LiveAnswers, event: str = "e") -> list[BaseEvent]:
    """All of an answer, until it is finished."""
    seen: list[BaseEvent] = []
    async with asyncio.timeout(5), aclosing(live.follow(event)) as following:
        async for new in following:
            seen += [one for batch in new for one in batch]
            if FINISHED in seen:
                break
    return seen


@asynccontextmanager
async def followers(live: LiveAnswers, count: int) -> AsyncIterator[list[Any]]:
    async with AsyncExitStack() as stack:
        tasks = [asyncio.create_task(followed(live)) for _ in range(count)]
        for task in tasks:
            stack.callback(task.cancel)
        await asyncio.sleep(0)
        yield tasks


async def test_what_this_process_writes_needs_no_look(live: LiveAnswers, table: Table) -> None:
    with live.writing("e", from_the_beginning=True):
        await live.write("e", [STARTED])
        async with followers(live, 3) as looking:
            await live.write("e", [text("a")])
            await asyncio.sleep(0.1)
            await live.write("e", [text("b"), FINISHED])
            for seen in some(await asyncio.gather(*looking)):
                assert seen == [STARTED, text("a"), text("b"), FINISHED]
    assert table.looks == 0


async def test_what_another_process_writes_is_looked_up_once_for_all(
    live: LiveAnswers, table: Table
) -> None:
    await table.write("e", [STARTED])
    async with followers(live, 10) as looking:
        await asyncio.sleep(0.1)
        assert 1 <= table.looks <= 7
        await table.write("e", [text("a"), FINISHED])
        for seen in some(await asyncio.gather(*looking)):
            assert seen == [STARTED, text("a"), FINISHED]


async def test_when_nobody_looks_on_nothing_is_looked_up(live: LiveAnswers, table: Table) -> None:
    async with followers(live, 2):
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.05)
    before = table.looks
    await asyncio.sleep(0.1)
    assert table.looks == before > 0


async def test_an_attempt_that_goes_on_is_read_from_the_table(
    live: LiveAnswers, table: Table
) -> None:
    await table.write("e", [STARTED, text("from another process")])
    with live.writing("e", from_the_beginning=False):
        async with followers(live, 1) as looking:
            await live.write("e", [STARTED, text("a"), FINISHED])
            (seen,) = await asyncio.gather(*looking)
    assert seen == [STARTED, text("from another process"), STARTED, text("a"), FINISHED]


async def test_a_writer_that_dies_is_followed_elsewhere(live: LiveAnswers, table: Table) -> None:
    async with followers(live, 1) as looking:
        with live.writing("e", from_the_beginning=True):
            await live.write("e", [STARTED])
        await table.write("e", [STARTED, FINISHED])
        (seen,) = await asyncio.gather(*looking)
    assert seen == [STARTED, STARTED, FINISHED]


async def test_a_table_that_fails_is_asked_again(live: LiveAnswers, table: Table) -> None:
    written = table.written

    async def fails(event: str, since: str) -> list[tuple[str, Sequence[BaseEvent]]]:
        vars(table)["written"] = written
        raise OSError("not now")

    vars(table)["written"] = fails
    await table.write("e", [STARTED, FINISHED])
    assert await followed(live) == [STARTED, FINISHED]


async def test_two_answers_are_told_apart(live: LiveAnswers, table: Table) -> None:
    await table.write("a", [text("a"), FINISHED])
    await table.write("b", [text("b"), FINISHED])
    seen = [*await asyncio.gather(followed(live, "a"), followed(live, "b"))]
    assert seen == [[text("a"), FINISHED], [text("b"), FINISHED]]
