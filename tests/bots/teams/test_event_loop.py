"""Whatever Microsoft's side does, nobody else's turn waits for it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from bots.errors import InstallationRefused, PlatformUnavailable
from bots.teams.outgoing.bot_token import LOGIN, BotToken
from bots.teams.registration import TeamsApp
from tests.bots.receipt import MemoryReceipt
from tests.bots.teams.connector import PERSONAL
from tests.bots.teams.teams_client import APP_ID, TeamsClient
from tests.ports import free_port

TICK = 0.01


@asynccontextmanager
async def free_loop(longest: float = 0.1) -> AsyncIterator[None]:
    """The event loop never stands still for longer than ``longest`` seconds in this block."""
    pauses: list[float] = []

    async def tick() -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(TICK)
            pauses.append(time.monotonic() - before)

    ticking = asyncio.create_task(tick())
    try:
        yield
    finally:
        ticking.cancel()
    assert len(pauses) > 5
    assert max(pauses) < longest


async def test_a_slow_connector_holds_up_its_own_turn_only(teams: TeamsClient) -> None:
    turn = await teams.turn()
    teams.connector.delay = 0.4
    async with free_loop():
        await teams.platform.notify(turn, "One.")
        async with teams.platform.reply(turn, MemoryReceipt()):
            pass
    assert len(teams.connector.calls) == 3


async def test_a_slow_answer_body_is_awaited_too(teams: TeamsClient) -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = (
            "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n"
        )
        writer.write(head.encode())
        await asyncio.sleep(0.4)
        writer.write(b'{"id": "1:9"}')
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(trickle, "127.0.0.1", port := free_port())
    receipt = MemoryReceipt()
    teams.service_url = f"http://127.0.0.1:{port}/"
    turn = await teams.turn()
    async with server, free_loop():
        reply = teams.platform.reply(turn, receipt)
        await reply.__aenter__()
        reply_error = asyncio.CancelledError()
        await reply.__aexit__(type(reply_error), reply_error, None)
    assert receipt.message == "~1:9"


async def test_a_silent_connector_is_given_up(
    teams: TeamsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "bots.teams.outgoing.bot_connector.TIMEOUT", aiohttp.ClientTimeout(total=0.1)
    )
    turn = await teams.turn()
    teams.connector.delay = 1.0
    began = time.monotonic()
    with pytest.raises(PlatformUnavailable):
        await teams.platform.notify(turn, "One.")
    assert time.monotonic() - began < 0.5
    teams.connector.delay = 0.0
    assert teams.connector.texts(PERSONAL) == []


class SlowMsal:
    """What MSAL is to us: blocking from its constructor on."""

    made: list[dict[str, Any]]
    answer: dict[str, str]

    def __init__(self, app_id: str, **options: Any) -> None:
        time.sleep(0.2)
        self.made.append({"app_id": app_id, **options})

    def acquire_token_for_client(self, scopes: list[str]) -> dict[str, str]:
        time.sleep(0.2)
        return self.answer


async def test_the_bots_own_token_is_fetched_beside_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(SlowMsal, "made", [], raising=False)
    monkeypatch.setattr(SlowMsal, "answer", {"access_token": "t"}, raising=False)
    monkeypatch.setattr("msal.ConfidentialClientApplication", SlowMsal)
    token = BotToken(TeamsApp(app_id=APP_ID, app_password="password", app_tenant_id="tenant"))
    async with free_loop():
        assert set(await asyncio.gather(token(), token())) == {"t"}
    (made,) = SlowMsal.made
    assert made["authority"] == f"{LOGIN}/tenant"
    assert made["timeout"] == 10


async def test_a_refused_password_is_named_without_microsofts_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refusal = {"error": "invalid_client", "error_description": "AADSTS7000215: secret ..."}
    monkeypatch.setattr(SlowMsal, "made", [], raising=False)
    monkeypatch.setattr(SlowMsal, "answer", refusal, raising=False)
    monkeypatch.setattr("msal.ConfidentialClientApplication", SlowMsal)
    with pytest.raises(InstallationRefused, match=r"^no token: invalid_client$"):
        await BotToken(TeamsApp(app_id=APP_ID, app_password="password"))()
