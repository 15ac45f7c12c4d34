"""Connections that are too many, or say nothing, are ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bots.app import application
from bots.limits import connections
from bots.limits.connections import LARGEST_HEAD, ConnectionLimits
from bots.server import bound, listening

ASK = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
Opened = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Door:
    """A listening service, and whoever connects to it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._opened: list[Opened] = []

    async def open(self, address: str = "127.0.0.1") -> Opened:
        opened = await asyncio.open_connection("127.0.0.1", self._port, local_addr=(address, 0))
        self._opened.append(opened)
        return opened

    async def said(self, opened: Opened, request: bytes) -> bytes:
        """The first bytes of the answer; none when the connection was ended."""
        reader, writer = opened
        try:
            writer.write(request)
            async with asyncio.timeout(5):
                return await reader.read(15)
        except ConnectionError:
            return b""

    def close(self) -> None:
        for _, writer in self._opened:
            writer.close()


@asynccontextmanager
async def door(limits: ConnectionLimits) -> AsyncIterator[Door]:
    with bound("127.0.0.1", 0) as sockets:
        made = Door(sockets[0].getsockname()[1])
        async with listening(application([], {}), sockets, limits):
            try:
                yield made
            finally:
                made.close()


async def test_an_address_has_so_many_and_another_has_its_own() -> None:
    async with door(ConnectionLimits(most_of_address=3)) as made:
        first = [await made.open() for _ in range(3)]
        for one in first:
            assert await made.said(one, ASK) == b"HTTP/1.1 200 OK"
        assert await made.said(await made.open(), ASK) == b""
        assert await made.said(await made.open("127.0.0.2"), ASK) == b"HTTP/1.1 200 OK"
        first[0][1].close()
        await first[0][1].wait_closed()
        await asyncio.sleep(0.05)
        assert await made.said(await made.open(), ASK) == b"HTTP/1.1 200 OK"


async def test_a_process_has_so_many_of_all_addresses() -> None:
    async with door(ConnectionLimits(most=2, most_of_address=None)) as made:
        for address in ("127.0.0.1", "127.0.0.2"):
            assert await made.said(await made.open(address), ASK) == b"HTTP/1.1 200 OK"
        assert await made.said(await made.open("127.0.0.3"), ASK) == b""


@pytest.mark.parametrize("said", [b"", b"GET /", ASK[:-1]])
async def test_who_says_nothing_whole_is_not_waited_for(
    said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "FIRST_REQUEST_SECONDS", 0.1)
    async with door(ConnectionLimits()) as made:
        assert await made.said(await made.open(), said) == b""


async def test_who_has_asked_may_wait_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "FIRST_REQUEST_SECONDS", 0.1)
    async with door(ConnectionLimits()) as made:
        opened = await made.open()
        assert await made.said(opened, ASK) == b"HTTP/1.1 200 OK"
        await asyncio.sleep(0.2)
        await opened[0].readuntil(b"}")
        assert await made.said(opened, ASK) == b"HTTP/1.1 200 OK"


async def test_a_head_is_no_book() -> None:
    line = b"X: " + b"y" * 1_000 + b"\r\n"
    many = LARGEST_HEAD // len(line) + 1
    async with door(ConnectionLimits()) as made:
        assert await made.said(await made.open(), ASK[:-2] + line * many) == b""
        assert await made.said(await made.open(), ASK[:-2] + line * 20 + b"\r\n") == (
            b"HTTP/1.1 200 OK"
        )
