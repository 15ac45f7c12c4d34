"""What changes where people reach us by TLS, and what one address may ask for."""

from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import unquote

import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from identity.executor import Executor
from identity.links import Link
from identity.service import Identity
from identity.web.html import Html
from identity.web.rate_limit_per_address import RateLimit
from tests.identity.application import Deployment

HOME = "https://bizassist.example"
PATHS = (
    "/auth/signed-out",
    "/auth/login",
    "/link/x",
    "/me",
    "/nowhere",
    "/static/identity/icon.svg",
)

Client = TestClient[web.Request, web.Application]


async def _nobody_waits(link: Link) -> None:
    del link


async def _broken(request: web.Request) -> web.Response:
    raise RuntimeError(f"the secret of {request.path}")


@pytest_asyncio.fixture
async def client(deployment: Deployment, execute: Executor) -> AsyncIterator[Client]:
    settings = replace(deployment.settings, public_url=HOME, trusted_proxies=1)
    async with Identity.open(settings, deployment.aws, execute) as identity:
        app = web.Application()
        limit = RateLimit(burst=15, per_second=0.01, trusted_proxies=1)
        identity.setup(app, Html(), _nobody_waits, rate_limit=limit)
        app.router.add_get("/broken", _broken)
        async with TestClient(TestServer(app, access_log=None)) as client:
            yield client


async def test_by_tls_every_response_insists_on_it(client: Client) -> None:
    for path in (*PATHS, "/broken"):
        async with client.get(path, allow_redirects=False) as answer:
            assert answer.headers["Strict-Transport-Security"] == (
                "max-age=63072000; includeSubDomains"
            ), path
    async with client.post("/link/confirm") as refused:
        assert "Strict-Transport-Security" in refused.headers


async def test_links_are_made_of_our_own_address_whatever_host_was_asked(client: Client) -> None:
    forged = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "Forwarded": "host=evil.example",
        "X-Original-URL": "/admin",
    }
    async with client.get("/auth/login", headers=forged, allow_redirects=False) as answer:
        assert answer.status == 302
        assert f"redirect_uri={HOME}/auth/callback" in unquote(answer.headers["Location"])
        assert "evil" not in answer.headers["Location"]
    for path in ("/me", "/auth/signed-out", "/nowhere"):
        async with client.get(path, headers=forged, allow_redirects=False) as answer:
            assert "evil" not in str(answer.headers)
            assert "evil" not in await answer.text()


async def test_one_address_asks_so_often_and_no_more(client: Client) -> None:
    """Where nobody need be signed in: a flood ends in a page, and others go on."""
    here = {"X-Forwarded-For": "192.0.2.7"}
    seen = []
    for path in ("/auth/login", "/auth/callback", "/link/x", "/auth/signed-out", "/undo/x") * 4:
        async with client.get(path, headers=here, allow_redirects=False) as answer:
            seen.append(answer.status)
    assert 429 not in seen[:15]
    assert set(seen[15:]) == {429}
    # Whoever writes other addresses before their own is still the one whom our proxy heard.
    invented = {"X-Forwarded-For": "198.51.100.1, 192.0.2.7"}
    async with client.get("/auth/signed-out", headers=invented) as answer:
        assert answer.status == 429
    async with client.post("/link/confirm", headers=here) as answer:
        assert answer.status == 429
        assert answer.headers["Retry-After"] == "60"
        assert "wait a minute" in await answer.text()
    async with client.get("/auth/signed-out", headers={"X-Forwarded-For": "192.0.2.8"}) as answer:
        assert answer.status == 200


async def test_what_nobody_expected_is_a_page_that_tells_nothing(client: Client) -> None:
    async with client.get("/broken") as answer:
        text = await answer.text()
        assert answer.status == 500
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Something went wrong on our side. Please try again" in text
    for word in ("RuntimeError", "secret", "Traceback", ".py"):
        assert word not in text
