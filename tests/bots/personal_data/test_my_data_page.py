"""A person's file is made on a disk that may refuse, and sent at the pace of whoever takes it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientPayloadError, web
from aiohttp.test_utils import TestClient, TestServer

from bots.personal_data import my_data_page
from bots.personal_data.my_data_page import HOME, NOT_NOW, MyDataPages
from identity.sessions.signed_in_person import SignedIn

Client = TestClient[web.Request, web.Application]
LONG = 64 * 1024 * 1024
"""Bytes; more than what lies between a server and a client that doesn't read."""


class Stores:
    """Everything that the page asks, as far as an export does."""

    async def may_export(self, _: str) -> bool:
        return True

    async def owner(self, subject: str, _: str) -> str:
        return subject

    async def write(self, owner: str, by: str, to: Path) -> None:
        del owner, by
        with to.open("wb") as file:
            file.truncate(LONG)


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    async def alice(_: web.Request) -> SignedIn:
        return SignedIn("a-subject", "alice", "alice@example.com", ())

    async def passes(_: web.Request) -> None:
        pass

    monkeypatch.setattr(my_data_page, "signed_in_or_refuse", alice)
    monkeypatch.setattr(my_data_page, "check_csrf", passes)
    monkeypatch.setattr(my_data_page, "require_recent_sign_in", lambda *_: None)
    stores: Any = Stores()
    unused: Any = None
    pages = MyDataPages(unused, stores, stores, stores, unused, unused, asyncio.Lock())
    app = web.Application()
    app.add_routes([web.post(f"{HOME}/export", pages.export)])
    async with TestClient(TestServer(app)) as made:
        yield made


async def test_a_disk_that_takes_nothing_is_a_sentence(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses() -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("tempfile.TemporaryDirectory", refuses)
    async with client.post(f"{HOME}/export") as answer:
        assert (answer.status, await answer.text()) == (503, NOT_NOW)


async def test_who_does_not_take_their_file_keeps_nobody_waiting_and_is_hung_up_on(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asyncio.timeout(30), client.post(f"{HOME}/export") as stalled:
        async with client.post(f"{HOME}/export") as answer:
            assert len(await answer.read()) == LONG
        monkeypatch.setattr(my_data_page, "PIECE_SECONDS", 0.05)
        ended = asyncio.Event()
        monkeypatch.setattr("logging.Logger.warning", lambda *_: ended.set())
        async with client.post(f"{HOME}/export") as hung_up:
            await ended.wait()
            with pytest.raises(ClientPayloadError):
                await hung_up.read()
        stalled.close()
