"""Forms with files are large, so few of them are read at once, and none for ever."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bots.web.incoming.uploads_under_way import MOST_AT_ONCE, MOST_OF_PERSON, UploadsUnderWay
from tests.some import some

HEAD = b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n'
KIND = "multipart/form-data; boundary=b"


@pytest.fixture
async def client() -> AsyncIterator[TestClient[web.Request, web.Application]]:
    forms = UploadsUnderWay()

    async def ask(request: web.Request) -> web.Response:
        await forms.read(request, request.query["who"])
        return web.Response()

    app = web.Application()
    app.add_routes([web.post("/ask", ask)])
    async with TestClient(TestServer(app)) as made:
        yield made


async def asked(client: TestClient[web.Request, web.Application], who: str) -> int:
    """A form that begins and doesn't end: the status of the answer, if one comes."""

    async def stalled() -> AsyncIterator[bytes]:
        yield HEAD + b"x" * 1_000
        await asyncio.sleep(60)

    sent = client.post(f"/ask?who={who}", data=stalled(), headers={"Content-Type": KIND})
    async with sent as answer:
        return answer.status


async def test_a_person_has_few_under_way_and_all_together_some(
    client: TestClient[web.Request, web.Application],
) -> None:
    with ExitStack() as stack:
        for number in some(range(MOST_AT_ONCE)):
            who = f"person-{number // MOST_OF_PERSON}"
            stack.callback(asyncio.create_task(asked(client, who)).cancel)
            await asyncio.sleep(0.02)
            if number + 1 == MOST_OF_PERSON:
                assert await asked(client, who) == 429
        assert await asked(client, "another") == 429


@pytest.mark.parametrize("bound", ["uploads_under_way.FORM_SECONDS", "question_form.QUIET_SECONDS"])
async def test_a_form_that_does_not_come_is_not_waited_for(
    client: TestClient[web.Request, web.Application], monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(f"bots.web.incoming.{bound}", 0.1)
    for _ in some(range(2 * MOST_OF_PERSON)):
        assert await asked(client, "alice") == 408
