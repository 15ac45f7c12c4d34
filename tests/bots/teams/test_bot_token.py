"""The bot's own token: whom it is asked of, how long that may take, what a refusal means."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bots.errors import InstallationRefused, PlatformUnavailable
from bots.teams.outgoing import bot_token
from bots.teams.outgoing.bot_token import BotToken
from bots.teams.registration import AppType, TeamsApp
from tests.bots.teams.connector import TENANT
from tests.bots.teams.teams_client import APP_ID
from tests.bots.teams.test_event_loop import free_loop

MANAGED = TeamsApp(app_id=APP_ID, app_tenant_id=TENANT, app_type="UserAssignedMSI")
SECRET = "header-of-this-machine"


@dataclass
class IdentityEndpoint:
    """What Azure offers to a service that it hosts ("REST endpoint reference" of App Service)."""

    asked: list[dict[str, str]] = field(default_factory=list)
    status: int = 200
    body: Any = None
    delay: float = 0.0

    async def answer(self, request: web.Request) -> web.Response:
        await asyncio.sleep(self.delay)
        if request.headers.get("X-IDENTITY-HEADER") != SECRET:
            return web.json_response({"statusCode": 401, "message": "who?"}, status=401)
        self.asked.append(dict(request.query))
        token = {
            "access_token": f"token-{len(self.asked)}",
            "expires_on": str(int(time.time()) + 86_400),
            "resource": request.query["resource"],
            "token_type": "Bearer",
            "client_id": request.query["client_id"],
        }
        return web.json_response(self.body or token, status=self.status)


@pytest.fixture
async def azure(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[IdentityEndpoint]:
    endpoint = IdentityEndpoint()
    app = web.Application()
    app.add_routes([web.get("/msi/token", endpoint.answer)])
    async with TestServer(app) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", str(server.make_url("/msi/token")))
        monkeypatch.setenv("IDENTITY_HEADER", SECRET)
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        yield endpoint


async def test_a_managed_identity_asks_its_machine_once(azure: IdentityEndpoint) -> None:
    token = BotToken(MANAGED)
    assert set(await asyncio.gather(token(), token())) == {"token-1"}
    (asked,) = azure.asked
    assert asked["client_id"] == APP_ID
    assert asked["resource"] == "https://api.botframework.com"


async def test_a_machine_that_is_silent_is_given_up_beside_the_loop(
    azure: IdentityEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot_token, "SECONDS", 0.3)
    azure.delay = 60.0
    async with free_loop():
        with pytest.raises(PlatformUnavailable, match=r"^no token: ReadTimeout$"):
            await BotToken(MANAGED)()


@pytest.mark.parametrize("status", [404, 410, 429, 500, 503])
async def test_a_machine_that_cannot_now_is_asked_again_later(
    azure: IdentityEndpoint, status: int
) -> None:
    azure.status = status
    token = BotToken(MANAGED)
    with pytest.raises(PlatformUnavailable, match="HTTPError"):
        await token()
    azure.status = 200
    assert (await token()).startswith("token-")


async def test_an_identity_that_the_machine_does_not_have_is_a_refusal(
    azure: IdentityEndpoint,
) -> None:
    azure.status, azure.body = 400, {"statusCode": 400, "message": "No identity a-b-c was found."}
    with pytest.raises(InstallationRefused, match=r"^no token: invalid_scope$"):
        await BotToken(MANAGED)()


@pytest.mark.parametrize(
    ("app_type", "tenant", "authority"),
    [
        (None, TENANT, TENANT),
        ("SingleTenant", TENANT, TENANT),
        ("MultiTenant", TENANT, "botframework.com"),
        ("MultiTenant", None, "botframework.com"),
        (None, None, "botframework.com"),
    ],
)
async def test_a_bot_with_a_secret_asks_the_directory_of_its_registration(
    monkeypatch: pytest.MonkeyPatch, app_type: AppType | None, tenant: str | None, authority: str
) -> None:
    made: list[str] = []

    class Client:
        def __init__(self, app_id: str, *, authority: str, **_: Any) -> None:
            made.append(authority)

        def acquire_token_for_client(self, scopes: list[str]) -> dict[str, str]:
            return {"access_token": " ".join(scopes)}

    monkeypatch.setattr("msal.ConfidentialClientApplication", Client)
    app = TeamsApp(APP_ID, "password", tenant, app_type=app_type)
    assert await BotToken(app)() == "https://api.botframework.com/.default"
    assert made == [f"https://login.microsoftonline.com/{authority}"]
    assert app.bot_framework().get_originating_audience() == "https://api.botframework.com"
