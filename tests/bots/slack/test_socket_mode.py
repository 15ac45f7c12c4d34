"""Socket Mode: the same is put into the same inbox, and acknowledged once it is there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import repeat
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bizassist.local.slack.server import Settings, application
from bots.errors import PlatformRefused
from bots.slack.incoming.endpoint import SlackEdge
from bots.slack.incoming.socket_mode import TlsClient, socket_mode
from bots.slack.platform import installed_platform
from tests.bots.slack.service_parts import Parts
from tests.bots.slack.slack_client import ADMIN, ALICE, ALICE_DM, GENERAL, SlackClient
from tests.bots.slack.test_platform import answering, written
from tests.ports import free_port

TOKEN, APP_TOKEN = "xoxb-of-the-tests", "xapp-of-the-tests"


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        for pause in repeat(0.02):
            if await holds():
                return
            await asyncio.sleep(pause)


async def taken(sent: Awaitable[int]) -> bool:
    return await sent == 200


@pytest.fixture
async def slack() -> AsyncIterator[SlackClient]:
    """The platform, connected with the double by a socket; nothing listens for HTTP."""
    parts, port = Parts(), free_port()
    url = f"http://127.0.0.1:{port}"
    settings = Settings(
        url, "http://127.0.0.1:9", "unused", TOKEN, retries=(0.01,) * 200, app_token=APP_TOKEN
    )
    async with (
        TestServer(application(settings), port=port),
        aiohttp.ClientSession() as http,
    ):
        platform = installed_platform(http, TOKEN, f"{url}/api/", parts.for_slack(), pace=0.01)
        made = SlackClient(http, url, "", platform, parts, [])
        edge = SlackEdge(
            "",
            made.accept,
            made.decide,
            is_answered=made.is_answered,
            open_form=platform.open_form,
            act=platform.acts.take,
        )
        async with socket_mode(APP_TOKEN, f"{url}/api/", edge):
            await until(lambda: taken(made.command("Hello?")))
            made.inbox.clear()
            yield made


async def test_commands_events_and_forms_are_taken_as_over_http(slack: SlackClient) -> None:
    slack.parts.account.link(ALICE, "alice@example.com")
    assert await slack.command("One?") == 200
    assert await slack.message("Two?") == 200
    await slack.work(answering(slack, *written("x")))
    assert (await slack.from_us(ALICE, ALICE_DM))[-1]["text"] == "x"

    await slack.message("Printer is broken", user=ADMIN, channel=GENERAL)
    await slack.ask_about((await slack.sees(ALICE, GENERAL))[-1]["ts"])
    assert (await slack.surfaces())["modal"]
    await slack.submit("")
    assert (await slack.surfaces())["modal"]["errors"]
    await slack.submit("Why?")
    assert (await slack.surfaces())["modal"] is None
    assert len(slack.inbox) == 1


async def test_what_is_not_in_the_inbox_is_not_acknowledged_and_comes_again(
    slack: SlackClient,
) -> None:
    slack.inbox_is_down = True
    sending = asyncio.create_task(slack.message("Two?"))
    assert await sending == 0
    assert await slack.command("One?") == 200
    assert "try again" in (await slack.from_us(ALICE, GENERAL))[-1]["text"].lower()
    slack.inbox_is_down = False

    async def has_come() -> bool:
        return bool(slack.inbox)

    await until(has_come)
    assert [accepted.body["type"] for accepted in slack.inbox] == ["event_callback"]


async def test_a_connection_that_slack_ends_is_opened_again(slack: SlackClient) -> None:
    await slack.set("refresh-sockets")
    await until(lambda: taken(slack.message("Still there?")))
    assert slack.inbox


async def test_a_token_of_another_kind_opens_no_connection(slack: SlackClient) -> None:
    for token, word in ((TOKEN, "not_allowed_token_type"), ("xapp-wrong", "invalid_auth")):
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{slack.double_url}/api/apps.connections.open"
        async with slack.http.post(url, headers=headers) as answer:
            assert (await answer.json())["error"] == word
    async with slack.http.get(f"{slack.double_url}/socket?ticket=guessed") as answer:
        assert answer.status == 403


async def test_it_connects_by_tls_only() -> None:
    """An address that would carry what people say in the clear is not connected with."""

    class Opens:
        async def apps_connections_open(self, *, app_token: str) -> dict[str, object]:
            return {"ok": True, "url": self.url}

        url = "wss://wss.slack.example/link"

    slack: Any = Opens()
    client = TlsClient(APP_TOKEN, web_client=slack)
    try:
        assert await client.issue_new_wss_url() == slack.url
        slack.url = "ws://wss.slack.example/link"
        with pytest.raises(PlatformRefused):
            await client.issue_new_wss_url()
    finally:
        await client.close()  # type: ignore[no-untyped-call]
