"""A stream of an answer ends with its client, its session or its person's patience."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from ag_ui.core import BaseEvent
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bots.web import live_answer_reader, streams_per_person
from bots.web.live_answer_reader import LiveAnswers
from bots.web.server_sent_events import RENDERED, AnswerStreams
from bots.web.streams_per_person import MOST_OF_PERSON
from identity.executor import Executor
from tests.bots.web.test_live_answer_reader import FINISHED, STARTED, Table, text


@dataclass
class Streams:
    """A service of streams; a header says whose."""

    table: Table
    streams: AnswerStreams
    http: TestClient[web.Request, web.Application]
    signed_out: set[str] = field(default_factory=set)

    async def open(self, subject: str = "alice") -> ClientResponse:
        return await self.http.get("/events", headers={"Cookie": subject})

    async def signed_in(self, request: web.Request, subject: str) -> bool:
        del request
        return subject not in self.signed_out

    @property
    def count(self) -> int:
        return len(self.streams.open_streams._open)

    async def until(self, count: int) -> None:
        for _ in range(500):
            if self.count == count:
                return
            await asyncio.sleep(0.01)
        pytest.fail(f"{self.count} streams are open, not {count}")


@pytest.fixture
async def served(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Streams]:
    for module, name in (
        (live_answer_reader, "LOOK_SECONDS"),
        (streams_per_person, "LOOK_SECONDS"),
        (streams_per_person, "SESSION_SECONDS"),
    ):
        monkeypatch.setattr(module, name, 0.02)
    table, render = Table(), Executor(1)
    streams = AnswerStreams(LiveAnswers(cast("Any", table)), render)

    async def events(request: web.Request) -> web.StreamResponse:
        return await streams.stream(request, request.headers["Cookie"], "e")

    app = web.Application()
    app.add_routes([web.get("/events", events)])
    async with TestClient(TestServer(app)) as http:
        made = Streams(table, streams, http)
        monkeypatch.setattr(streams_per_person, "still_signed_in", made.signed_in)
        yield made
    render.close()


def told(body: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The AG-UI events of a stream, and the names of those that are none."""
    lines = body.replace("\r\n", "\n").split("\n")
    data = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
    return data, [line[7:] for line in lines if line.startswith("event: ")]


async def test_an_answer_is_sent_whole_and_rendered_once(served: Streams) -> None:
    words: list[BaseEvent] = [text(f"word {number} ") for number in range(50)]
    await served.table.write("e", [STARTED, *words])
    await served.table.write("e", [text("end."), FINISHED])
    async with await served.open() as answer:
        data, named = told(await answer.text())
    kinds = [event["type"] for event in data]
    assert kinds == ["RUN_STARTED", "TEXT_MESSAGE_CONTENT", "RUN_FINISHED", "CUSTOM"]
    assert data[1]["delta"].startswith("word 0 word 1 ")
    assert data[-1]["name"] == RENDERED
    assert data[-1]["value"]["from"] == 0
    assert data[-1]["value"]["pieces"][0].endswith("word 49 end.</p>\n")
    assert named == ["over"]
    await served.until(0)


async def test_a_long_answer_comes_in_pieces(served: Streams) -> None:
    await served.table.write("e", [STARTED, text("A paragraph.\n\n" * 10_000), FINISHED])
    async with await served.open() as answer:
        data, named = told(await answer.text())
    changes = [event["value"] for event in data if event["type"] == "CUSTOM"]
    assert len(changes) > 5
    assert sum("".join(one["pieces"]).count("<p>") for one in changes) == 10_000
    assert named == ["over"]


async def test_a_stream_ends_when_its_client_goes(served: Streams) -> None:
    answer = await served.open()
    await served.until(1)
    answer.close()
    await served.until(0)
    looks = served.table.looks
    await asyncio.sleep(0.1)
    assert served.table.looks <= looks + 1


async def test_a_stream_ends_with_its_session(served: Streams) -> None:
    async with await served.open("alice") as alices, await served.open("bob"):
        await served.until(2)
        served.signed_out.add("alice")
        async with asyncio.timeout(5):
            assert told(await alices.text()) == ([], [])
        await served.until(1)


async def test_one_more_stream_ends_the_first(served: Streams) -> None:
    opened = [await served.open() for _ in range(MOST_OF_PERSON)]
    async with await served.open("bob"):
        await served.until(MOST_OF_PERSON + 1)
        async with await served.open():
            async with asyncio.timeout(5):
                assert told(await opened[0].text()) == ([], ["crowded"])
            assert served.count == MOST_OF_PERSON + 1
    for one in opened:
        one.close()


async def test_a_stream_does_not_last_for_ever(
    served: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams_per_person, "LONGEST", 0.05)
    async with await served.open() as answer, asyncio.timeout(5):
        assert told(await answer.text()) == ([], [])


@asynccontextmanager
async def many(served: Streams, count: int) -> AsyncIterator[None]:
    opened = [await served.open(f"person-{number}") for number in range(count)]
    await served.until(count)
    yield
    for one in opened:
        one.close()
    await served.until(0)


async def test_many_streams_of_one_answer_are_one_look(served: Streams) -> None:
    async with many(served, 20):
        before = served.table.looks
        await asyncio.sleep(0.2)
        assert served.table.looks - before <= 12
