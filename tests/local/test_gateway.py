"""The Gateway's stand-in: who it lets in, and what it lists."""

import base64
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from joserfc import jwt

from bizassist.local.gateway import Gateway, Issuer, create_app
from gateway_tools import catalog
from tests.agent import token_issuer as stranger
from tests.agent.local_agent import serving
from tests.gateway_tools.mcp_requests import ACCEPT, rpc
from tests.ports import free_port
from tests.some import some

SCOPE = "resource-server/read"
MACHINE = "machine-client"
TOOLS = [f"{target}___{tool}" for target, tools in catalog.targets().items() for tool in tools]


# Who is let in: an issuer whose keys the tests hold signs what must be refused.


@pytest.fixture
async def issuer() -> AsyncIterator[tuple[stranger.Issuer, str]]:
    made = stranger.Issuer()
    async with serving(made.app()) as address:
        yield made, address


@pytest.fixture
async def gateway(issuer: tuple[stranger.Issuer, str]) -> AsyncIterator[str]:
    _, address = issuer
    port = free_port()
    app = create_app(
        Issuer(stranger.NAME, f"{address}/discovery"),
        allowed_clients=frozenset({MACHINE}),
        scope=SCOPE,
        base_url=f"http://127.0.0.1:{port}",
        gateway=Gateway(tools_per_page=2),
    )
    async with serving(app, port) as base:
        yield f"{base}/mcp"


def token(issuer: stranger.Issuer, **changes: Any) -> str:
    return issuer.token(**{"client_id": MACHINE, "scope": SCOPE, **changes})


async def test_the_machines_token_is_let_in(
    issuer: tuple[stranger.Issuer, str], gateway: str
) -> None:
    answer = await rpc(gateway, "tools/list", token(issuer[0], scope=f"other/read {SCOPE}"))
    assert answer.status_code == 200
    assert answer.json()["result"]["tools"]


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"iss": None},
        {"client_id": "web-client"},
        {"client_id": None},
        {"token_use": "id"},
        {"token_use": None},
        {"exp": 1},
        {"exp": None},
        {"nbf": 4_000_000_000},
        {"key": stranger.new_key()},
    ],
)
async def test_any_other_token_is_refused(
    issuer: tuple[stranger.Issuer, str], gateway: str, changes: dict[str, Any]
) -> None:
    answer = await rpc(gateway, "tools/list", token(issuer[0], **changes))
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_token"


@pytest.mark.parametrize("scope", ["", "resource-server/write", "read", None])
async def test_a_token_without_the_scope_is_forbidden(
    issuer: tuple[stranger.Issuer, str], gateway: str, scope: str | None
) -> None:
    answer = await rpc(gateway, "tools/list", token(issuer[0], scope=scope))
    assert answer.status_code == 403
    assert "insufficient_scope" in answer.headers["www-authenticate"]


async def test_a_forged_signature_is_refused(
    issuer: tuple[stranger.Issuer, str], gateway: str
) -> None:
    good = token(issuer[0])
    header, body, signature = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    mac_header = base64.urlsafe_b64encode(b'{"alg":"HS256"}').decode().rstrip("=")
    mac = hmac.digest(
        issuer[0].key.as_pem(private=False), f"{mac_header}.{body}".encode(), "sha256"
    )
    forged = [
        f"{header}.{body}.{signature[:-4]}AAAA",
        f"{unsigned}.{body}.",
        f"{mac_header}.{body}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}",
        jwt.encode({"alg": "RS256"}, claims, stranger.new_key()),
        "not-a-token",
        "a.b.c",
    ]
    for each in forged:
        answer = await rpc(gateway, "tools/list", each)
        assert answer.status_code == 401, each


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_without_a_token_every_request_is_told_where_to_get_one(
    gateway: str, method: str
) -> None:
    async with httpx.AsyncClient() as http:
        answer = await http.request(method, gateway)
        assert answer.status_code == 401
        challenge = answer.headers["www-authenticate"]
        assert challenge.startswith("Bearer ")
        where = challenge.split('resource_metadata="')[1].split('"')[0]
        resource = (await http.get(where)).json()
        assert resource["resource"] == gateway
        assert resource["scopes_supported"] == [SCOPE]
        (server,) = resource["authorization_servers"]
        found = (await http.get(f"{server}/.well-known/oauth-authorization-server")).json()
        assert found["issuer"] == server
        at_root = await http.get(
            gateway.removesuffix("/mcp") + "/.well-known/oauth-protected-resource",
            follow_redirects=True,
        )
        assert at_root.json() == resource


async def test_a_new_key_is_found_and_strangers_keys_are_not_looked_for_again(
    issuer: tuple[stranger.Issuer, str], gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = issuer
    assert (await rpc(gateway, "tools/list", token(made))).status_code == 200
    monkeypatch.setattr("agent.request.signing_keys.REFETCH_SECONDS", 0.0)
    made.key = stranger.new_key()
    assert (await rpc(gateway, "tools/list", token(made))).status_code == 200
    monkeypatch.undo()
    asked = made.fetched
    for _ in range(5):
        answer = await rpc(gateway, "tools/list", token(made, key=stranger.new_key()))
        assert answer.status_code == 401
    assert made.fetched == asked


async def test_nobody_is_let_in_while_the_issuer_is_out_of_reach(
    issuer: tuple[stranger.Issuer, str], gateway: str
) -> None:
    issuer[0].down = True
    assert (await rpc(gateway, "tools/list", token(issuer[0]))).status_code == 401


# What is listed and called.


async def test_the_tools_come_in_pages_by_their_full_names(
    issuer: tuple[stranger.Issuer, str], gateway: str
) -> None:
    names: list[str] = []
    params: dict[str, str] = {}
    for _ in some(range(len(TOOLS))):
        answer = await rpc(gateway, "tools/list", token(issuer[0]), **params)
        page = answer.json()["result"]
        assert 1 <= len(page["tools"]) <= 2
        names += [tool["name"] for tool in page["tools"]]
        if "nextCursor" not in page:
            break
        params = {"cursor": page["nextCursor"]}
    assert names == TOOLS


async def test_the_schemas_are_those_of_the_files(
    issuer: tuple[stranger.Issuer, str], gateway: str
) -> None:
    page = (await rpc(gateway, "tools/list", token(issuer[0]))).json()["result"]
    for tool in some(page["tools"]):
        name = tool.pop("name")
        declared = catalog.declaration(name.partition("___")[2])
        assert {"name": declared["name"], **tool} == declared


@pytest.mark.parametrize("cursor", ["", "made-up", "dG9vbHM6MQ=="])
async def test_a_made_up_cursor_is_an_mcp_error(
    issuer: tuple[stranger.Issuer, str], gateway: str, cursor: str
) -> None:
    answer = await rpc(gateway, "tools/list", token(issuer[0]), cursor=cursor)
    assert answer.json()["error"]["code"] == -32602


@pytest.mark.parametrize("name", ["check_warranty_status", "warranty___web_search", "x___y", ""])
async def test_an_unknown_tool_is_an_mcp_error(
    issuer: tuple[stranger.Issuer, str], gateway: str, name: str
) -> None:
    answer = await rpc(gateway, "tools/call", token(issuer[0]), name=name, arguments={})
    assert answer.json()["error"]["code"] == -32602


async def test_a_tools_own_error_is_a_result_that_the_model_sees(
    issuer: tuple[stranger.Issuer, str], gateway: str
) -> None:
    answer = await rpc(
        gateway,
        "tools/call",
        token(issuer[0]),
        name="warranty___check_warranty_status",
        arguments={"serial": "LAPTOP-1"},
    )
    result = answer.json()["result"]
    assert result["isError"] is False, "only a function that fails is an error of the Gateway's"
    error = json.loads(result["content"][0]["text"])["error"]
    assert error["code"] == "invalid_arguments"
    assert "serial_number" in error["next_step"]


async def test_a_foreign_host_name_is_refused(
    issuer: tuple[stranger.Issuer, str], gateway: str
) -> None:
    headers = {**ACCEPT, "Authorization": f"Bearer {token(issuer[0])}", "Host": "evil.example"}
    async with httpx.AsyncClient() as http:
        answer = await http.post(gateway, json={}, headers=headers)
    assert answer.status_code == 421
