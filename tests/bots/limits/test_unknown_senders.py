"""What one address may ask before anybody knows who it is."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bots.app import application
from bots.limits import unknown_senders
from bots.limits.unknown_senders import ALL_AT_ONCE, AT_ONCE, LARGE
from identity.sessions.known_sender import recognise

Client = TestClient[web.Request, web.Application]


@asynccontextmanager
async def served(answers: asyncio.Event) -> AsyncIterator[Client]:
    async def wait(request: web.Request) -> web.Response:
        if request.query.get("who") == "known":
            recognise(request)
            recognise(request)
        await answers.wait()
        return web.Response()

    routes = [web.get("/wait", wait), web.post("/wait", wait), web.get("/static/x", wait)]
    app = application(routes, {}, trusted_proxies=1)
    async with TestClient(TestServer(app)) as client:
        yield client


async def status(client: Client, address: str, path: str = "/wait") -> int:
    async with client.get(path, headers={"X-Forwarded-For": address}) as answer:
        sentence = await answer.text()
        assert answer.ok or sentence.endswith("."), sentence
        assert answer.ok or answer.headers["Retry-After"].isdecimal()
        return answer.status


@contextmanager
def waiting(client: Client, count: int, path: str = "/wait") -> Iterator[list[asyncio.Task[int]]]:
    """So many requests of different addresses, twenty each."""
    asked = [
        asyncio.create_task(status(client, f"192.0.2.{number // AT_ONCE}", path))
        for number in range(count)
    ]
    with ExitStack() as stack:
        for one in asked:
            stack.callback(one.cancel)
        yield asked


async def until_all_wait(client: Client) -> None:
    async with client.get("/healthz", headers={"X-Forwarded-For": "198.51.100.1"}):
        await asyncio.sleep(0.05)


async def test_an_address_has_few_requests_at_once_until_it_is_known() -> None:
    answers = asyncio.Event()
    async with served(answers) as client:
        with waiting(client, AT_ONCE) as asked:
            await until_all_wait(client)
            assert await status(client, "192.0.2.0") == 429
            assert await status(client, "192.0.2.0", "/healthz") == 429
            answers.set()
            assert set(await asyncio.gather(*asked)) == {200}
        assert await status(client, "192.0.2.0") == 200


async def test_who_is_known_is_counted_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unknown_senders, "BURST", AT_ONCE + 2)
    monkeypatch.setattr(unknown_senders, "PER_SECOND", 0.001)
    answers = asyncio.Event()
    async with served(answers) as client:
        for _ in range(2):
            answers.clear()
            with waiting(client, AT_ONCE, "/wait?who=known") as asked:
                await until_all_wait(client)
                more = asyncio.create_task(status(client, "192.0.2.0", "/wait?who=known"))
                await until_all_wait(client)
                answers.set()
                assert set(await asyncio.gather(*asked, more)) == {200}


async def test_one_address_makes_only_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unknown_senders, "BURST", 3)
    monkeypatch.setattr(unknown_senders, "PER_SECOND", 0.001)
    answers = asyncio.Event()
    answers.set()
    async with served(answers) as client:
        assert [await status(client, "192.0.2.7") for _ in range(5)] == [200, 200, 200, 429, 429]
        assert await status(client, "192.0.2.8") == 200
        assert {await status(client, "192.0.2.7", "/static/x") for _ in range(5)} == {200}


async def test_all_strangers_together_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unknown_senders, "ALL_AT_ONCE", AT_ONCE + 5)
    assert ALL_AT_ONCE > AT_ONCE
    answers = asyncio.Event()
    async with served(answers) as client:
        with waiting(client, AT_ONCE + 5) as asked:
            await asyncio.sleep(0.1)
            assert await status(client, "203.0.113.1") == 503
            answers.set()
            assert set(await asyncio.gather(*asked)) == {200}


async def test_large_bodies_are_fewer() -> None:
    answers = asyncio.Event()

    async def post(client: Client, size: int | None) -> int:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"x"

        body = pieces() if size is None else b"x" * size
        headers = {"X-Forwarded-For": "192.0.2.0"}
        async with client.post("/wait", data=body, headers=headers) as answer:
            return answer.status

    async with served(answers) as client:
        large = [asyncio.create_task(post(client, size)) for size in (LARGE + 1, None) * 2]
        await until_all_wait(client)
        assert await post(client, 1) == 429
        answers.set()
        assert set(await asyncio.gather(*large)) == {200}
        assert await post(client, LARGE) == 200
