"""A token for the Gateway is paid for and waited for: it is taken where there is a good one."""

import base64
import json
import threading
import time
from types import SimpleNamespace
from typing import Any, Self, cast

import httpx
import pytest
from pydantic import SecretStr

from agent.settings import Settings
from agent.tools.machine_token import CONFIG, MachineToken, SharedToken

MACHINE, SCOPE = "machine-client", "gateway/call"


def token(name: str, scope: str = SCOPE) -> str:
    claims = {"jti": name, "client_id": MACHINE, "scope": scope, "exp": time.time() + 3600}
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.s"


def machine_token() -> MachineToken:
    settings = SimpleNamespace(
        parameters_key="",
        m2m_client_id=MACHINE,
        m2m_client_secret=SecretStr("secret"),
        m2m_scope=SCOPE,
        discovery_url="https://issuer.example/.well-known/openid-configuration",
    )
    return MachineToken(cast("Settings", settings))


class Issuer:
    """Gives a new token to each who asks, in place of the network.

    :ivar shared: the one that all sessions find.
    """

    def __init__(self) -> None:
        self.given: list[str] = []
        self.shared = ""

    def client(self, *_: Any, **__: Any) -> "Issuer":
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def request(self, _: str, url: str, **__: Any) -> httpx.Response:
        found = {"token_endpoint": "https://issuer.example/token"}
        return httpx.Response(200, json=found, request=httpx.Request("GET", url))

    async def fetch_token(self, *_: Any, **__: Any) -> dict[str, Any]:
        self.given.append(token(f"token {len(self.given)}"))
        return {"access_token": self.given[-1], "expires_in": 3600}

    def write(self, new: str) -> None:
        self.shared = new


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Issuer:
    issuer = Issuer()
    monkeypatch.setattr("agent.tools.machine_token.AsyncOAuth2Client", issuer.client)
    monkeypatch.setattr(SharedToken, "read", lambda _: issuer.shared)
    monkeypatch.setattr(SharedToken, "write", issuer.write)
    return issuer


async def sent(one: MachineToken, *refused: str) -> list[str]:
    """The tokens that a request is sent with, while a Gateway refuses these; all if none."""
    tokens = list[str]()
    flow = one.async_auth_flow(httpx.Request("POST", "https://gateway.example/mcp"))
    asked = await anext(flow)
    try:
        while True:
            tokens.append(asked.headers["Authorization"].removeprefix("Bearer "))
            bad = tokens[-1] in refused
            asked = await flow.asend(httpx.Response(401 if bad else 200))
    except StopAsyncIteration:
        return tokens


async def test_nobody_who_connects_waits_until_a_token_is_shared(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_go, written = threading.Event(), list[str]()

    def slow(_: SharedToken, new: str) -> None:
        assert let_go.wait(20)
        written.append(new)

    monkeypatch.setattr(SharedToken, "write", slow)
    one = machine_token()
    try:
        (used,) = await sent(one)
        before = list(written)
    finally:
        let_go.set()
    assert one.sharing is not None
    await one.sharing

    assert (before, written) == ([], [used])
    config: Any = CONFIG
    assert (config.connect_timeout, config.read_timeout) == (1, 1)
    assert config.retries["total_max_attempts"] == 1


async def test_a_refused_token_is_replaced_by_the_one_that_others_have_found(
    issuer: Issuer,
) -> None:
    one = machine_token()
    issuer.shared = old = token("old")
    await sent(one)
    issuer.shared = new = token("new")

    assert await sent(one, old) == [old, new]
    assert issuer.given == []


async def test_refusals_buy_one_token_a_minute(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = machine_token()
    issuer.shared = old = token("old")
    first = await sent(one, old)
    (bought,) = issuer.given
    again = [await sent(one, old, bought) for _ in range(3)]

    assert first == [old, bought]
    assert again == [[bought]] * 3
    assert issuer.given == [bought]

    monkeypatch.setattr("agent.tools.machine_token.REFUSED_SECONDS", -1)
    assert len(await sent(one, old, bought)) == 2
    assert len(issuer.given) == 2


@pytest.mark.parametrize("scope", ["", "gateway/read", "gateway"])
async def test_a_shared_token_without_the_scopes_is_not_taken(issuer: Issuer, scope: str) -> None:
    issuer.shared = token("other", scope)
    assert await sent(machine_token()) == issuer.given
    assert len(issuer.given) == 1


async def test_a_shared_token_with_more_scopes_is_taken(issuer: Issuer) -> None:
    issuer.shared = wide = token("wide", f"gateway/read {SCOPE}")
    assert await sent(machine_token()) == [wide]
