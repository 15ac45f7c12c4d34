"""A body comes whole, soon and readable, or its request ends with one sentence."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bots.app import application
from bots.limits import request_bodies
from bots.limits.request_bodies import LARGEST, LARGEST_OF_SLACK, bounded_bodies

FORM = "application/x-www-form-urlencoded"
Client = TestClient[web.Request, web.Application]


async def _fields(request: web.Request) -> web.Response:
    return web.json_response({name: str(value) for name, value in (await request.post()).items()})


async def _size(request: web.Request) -> web.Response:
    return web.json_response(len(await request.read()))


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    routes = [web.post("/form", _fields), web.post("/slack/events", _size), web.get("/form", _size)]
    app = application(routes, {})
    app.middlewares.append(bounded_bodies)
    async with TestClient(TestServer(app)) as made:
        yield made


async def send(client: Client, body: bytes, path: str = "/form", **headers: str) -> tuple[int, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with client.post(path, data=body, headers={"Content-Type": FORM, **named}) as answer:
        return answer.status, await answer.text()


async def test_a_form_is_read_as_ever(client: Client) -> None:
    assert await send(client, "a=1&b=%C3%A9&c=é".encode()) == (
        200,
        '{"a": "1", "b": "\\u00e9", "c": "\\u00e9"}',
    )
    assert (await send(client, b"a=1", Content_Type=f"{FORM}; charset=UTF-8"))[0] == 200


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"a=" + b"x" * LARGEST, {}, 413),
        (b"a=\xff", {}, 400),
        (b"a=1", {"Content_Type": f"{FORM}; charset=nonsense"}, 415),
        (b"a=1", {"Content_Type": f"{FORM}; charset=utf-16"}, 415),
        (b"a=1", {"Content_Type": f"{FORM}; charset=rot13"}, 415),
        (b"a=1", {"Content_Encoding": "gzip"}, 415),
        (b"--x\r\n", {"Content_Type": "multipart/form-data; boundary=x"}, 415),
        (b"--x\r\n", {"Content_Type": "multipart/form-data"}, 415),
    ],
)
async def test_what_can_not_be_read_is_refused_with_a_sentence(
    client: Client, body: bytes, headers: dict[str, str], status: int
) -> None:
    answered, sentence = await send(client, body, **headers)
    assert answered == status
    assert sentence.endswith(".")
    assert "\n" not in sentence


async def test_a_body_without_a_length_is_bounded_too(client: Client) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(2 * LARGEST // 16_384):
            yield b"x" * 16_384

    async with client.post("/form", data=pieces(), headers={"Content-Type": FORM}) as answer:
        assert answer.status == 413


async def test_slack_may_say_more(client: Client) -> None:
    assert (await send(client, b"x" * LARGEST_OF_SLACK, "/slack/events"))[0] == 200
    assert (await send(client, b"x" * (LARGEST_OF_SLACK + 1), "/slack/events"))[0] == 413


async def test_a_body_that_does_not_come_is_not_waited_for(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_bodies, "BODY_SECONDS", 0.1)
    reader, writer = await asyncio.open_connection(client.host, client.port)
    head = f"POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: 1000\r\n\r\n"
    writer.write(head.encode() + b"a=1")
    async with asyncio.timeout(5):
        answer = await reader.readuntil(b"Please try again.")
    writer.close()
    assert answer.startswith(b"HTTP/1.1 408 ")
