"""The Gateway's stand-in: who it lets in, what it lists, and what its clients see."""

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import boto3
import httpx
import pytest
from aiohttp import web
from joserfc import jwt
from strands.tools.mcp import MCPClient

from bizassist.local.gateway import Gateway, Issuer, create_app
from gateway_tools import catalog
from tests.agent import issuer as stranger
from tests.agent.parts import free_port, serving
from tests.clients.node import node_tool
from tests.conftest import Stack

SCOPE = "resource-server/read"
MACHINE = "machine-client"
HEADERS = {"Accept": "application/json, text/event-stream"}
TOOLS = [f"{target}___{tool}" for target, tools in catalog.targets().items() for tool in tools]


async def ask(url: str, method: str, token: str | None = None, **params: Any) -> httpx.Response:
    """One JSON-RPC request, as it is on the wire."""
    headers = {**HEADERS, **({"Authorization": f"Bearer {token}"} if token else {})}
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    async with httpx.AsyncClient(timeout=20) as http:
        return await http.post(url, json=request, headers=headers)


async def machine_token(stack: Stack) -> str:
    """An access token of the stack's machine client."""
    known = stack.parameters
    async with httpx.AsyncClient(timeout=20) as http:
        document = (await http.get(known["discovery_url"])).json()
        answer = await http.post(
            document["token_endpoint"],
            data={"grant_type": "client_credentials", "scope": known["m2m_scope"]},
            auth=(known["m2m_client_id"], known["m2m_client_secret"]),
        )
    return str(answer.json()["access_token"])


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
    answer = await ask(gateway, "tools/list", token(issuer[0], scope=f"other/read {SCOPE}"))
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
    answer = await ask(gateway, "tools/list", token(issuer[0], **changes))
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_token"


@pytest.mark.parametrize("scope", ["", "resource-server/write", "read", None])
async def test_a_token_without_the_scope_is_forbidden(
    issuer: tuple[stranger.Issuer, str], gateway: str, scope: str | None
) -> None:
    answer = await ask(gateway, "tools/list", token(issuer[0], scope=scope))
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
        answer = await ask(gateway, "tools/list", each)
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
    assert (await ask(gateway, "tools/list", token(made))).status_code == 200
    monkeypatch.setattr("agent.keys.REFETCH_SECONDS", 0.0)
    made.key = stranger.new_key()
    assert (await ask(gateway, "tools/list", token(made))).status_code == 200
    monkeypatch.undo()
    asked = made.fetched
    for _ in range(5):
        answer = await ask(gateway, "tools/list", token(made, key=stranger.new_key()))
        assert answer.status_code == 401
    assert made.fetched == asked


async def test_nobody_is_let_in_while_the_issuer_is_out_of_reach(
    issuer: tuple[stranger.Issuer, str], gateway: str
) -> None:
    issuer[0].down = True
    assert (await ask(gateway, "tools/list", token(issuer[0]))).status_code == 401


# What is listed and called.


async def test_the_tools_come_in_pages_by_their_full_names(
    issuer: tuple[stranger.Issuer, str], gateway: str
) -> None:
    names: list[str] = []
    params: dict[str, str] = {}
    for _ in range(len(TOOLS)):
        answer = await ask(gateway, "tools/list", token(issuer[0]), **params)
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
    page = (await ask(gateway, "tools/list", token(issuer[0]))).json()["result"]
    for tool in page["tools"]:
        name = tool.pop("name")
        definition = dict(catalog.definition(name.partition("___")[2]))
        definition.pop("name")
        assert tool == definition


@pytest.mark.parametrize("cursor", ["", "made-up", "dG9vbHM6MQ=="])
async def test_a_made_up_cursor_is_an_mcp_error(
    issuer: tuple[stranger.Issuer, str], gateway: str, cursor: str
) -> None:
    answer = await ask(gateway, "tools/list", token(issuer[0]), cursor=cursor)
    assert answer.json()["error"]["code"] == -32602


@pytest.mark.parametrize("name", ["check_warranty_status", "warranty___web_search", "x___y", ""])
async def test_an_unknown_tool_is_an_mcp_error(
    issuer: tuple[stranger.Issuer, str], gateway: str, name: str
) -> None:
    answer = await ask(gateway, "tools/call", token(issuer[0]), name=name, arguments={})
    assert answer.json()["error"]["code"] == -32602


async def test_a_tools_own_error_is_a_result_that_the_model_sees(
    issuer: tuple[stranger.Issuer, str], gateway: str
) -> None:
    answer = await ask(
        gateway,
        "tools/call",
        token(issuer[0]),
        name="warranty___check_warranty_status",
        arguments={"serial": "LAPTOP-1"},
    )
    result = answer.json()["result"]
    assert result["isError"] is True
    assert "structuredContent" not in result
    error = json.loads(result["content"][0]["text"])["error"]
    assert error["code"] == "invalid_arguments"
    assert "serial_number" in error["next_step"]


async def test_a_foreign_host_name_is_refused(
    issuer: tuple[stranger.Issuer, str], gateway: str
) -> None:
    headers = {**HEADERS, "Authorization": f"Bearer {token(issuer[0])}", "Host": "evil.example"}
    async with httpx.AsyncClient() as http:
        answer = await http.post(gateway, json={}, headers=headers)
    assert answer.status_code == 421


# What real clients see of the running stack.


async def test_strands_finds_its_own_way_in(stack: Stack) -> None:
    known = stack.parameters

    def use() -> tuple[list[str], dict[str, Any]]:
        credentials = {
            "client_id": known["m2m_client_id"],
            "client_secret": known["m2m_client_secret"],
            "scopes": [known["m2m_scope"]],
        }
        with MCPClient(url=stack.gateway, auth=credentials) as client:  # type: ignore[arg-type]
            listed = [tool.tool_name for tool in client.list_tools_sync()]
            result = client.call_tool_sync(
                "1", "warranty___check_warranty_status", {"serial_number": "laptop-2024-001"}
            )
            return listed, dict(result)

    listed, result = await asyncio.to_thread(use)
    assert listed == TOOLS
    assert result["status"] == "success"
    assert result["structuredContent"]["status"] == "active"


async def test_a_persons_token_does_not_open_the_gateway(
    stack: Stack, aws: boto3.Session
) -> None:
    signed_in = aws.client("cognito-idp").admin_initiate_auth(
        UserPoolId=stack.parameters["user_pool_id"],
        ClientId=stack.parameters["web_client_id"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "alice", "PASSWORD": stack.password("alice")},
    )["AuthenticationResult"]
    for kind in (signed_in["AccessToken"], signed_in["IdToken"]):
        assert (await ask(stack.gateway, "tools/list", kind)).status_code == 401
    assert (await ask(stack.gateway, "tools/list", await machine_token(stack))).is_success


async def inspector(stack: Stack, *arguments: str) -> dict[str, Any]:
    """What the MCP Inspector says about one request."""
    process = await asyncio.create_subprocess_exec(
        *node_tool("mcp-inspector"),
        "--cli",
        stack.gateway,
        *("--transport", "http"),
        *("--header", f"Authorization: Bearer {await machine_token(stack)}"),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, errors.decode()
    said: dict[str, Any] = json.loads(out)
    return said


async def test_the_inspector_lists_the_tools(stack: Stack) -> None:
    said = await inspector(stack, "--method", "tools/list")
    assert [tool["name"] for tool in said["tools"]] == TOOLS


async def test_the_inspector_calls_a_tool_and_checks_its_answer(stack: Stack) -> None:
    said = await inspector(
        stack,
        *("--method", "tools/call", "--tool-name", "warranty___check_warranty_status"),
        *("--tool-arg", "serial_number=PHONE-2021-007"),
    )
    assert said["isError"] is False
    assert said["structuredContent"]["status"] == "expired"
    assert json.loads(said["content"][0]["text"]) == said["structuredContent"]


@pytest.fixture
async def door(stack: Stack) -> AsyncIterator[str]:
    """A proxy that adds the token, for clients that can't."""
    bearer = f"Bearer {await machine_token(stack)}"
    kept = ("content-type", "mcp-session-id")

    async def forward(request: web.Request) -> web.Response:
        headers = {**request.headers, "Authorization": bearer}
        async with (
            aiohttp.ClientSession() as http,
            http.request(
                request.method, stack.gateway, data=await request.read(), headers=headers
            ) as answer,
        ):
            return web.Response(
                status=answer.status,
                body=await answer.read(),
                headers={name: answer.headers[name] for name in kept if name in answer.headers},
            )

    app = web.Application()
    app.router.add_route("*", "/mcp", forward)
    runner = web.AppRunner(app, shutdown_timeout=0.1)  # clients leave their stream open
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/mcp"
    await runner.cleanup()


# The other server scenarios want tools, prompts and resources of their own names.
@pytest.mark.parametrize(
    "scenario", ["server-initialize", "ping", "tools-list", "dns-rebinding-protection"]
)
async def test_the_conformance_suite_is_content(door: str, tmp_path: Path, scenario: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *node_tool("conformance"),
        *("server", "--url", door, "--scenario", scenario, "-o", str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, out.decode()
    checks = _checks(tmp_path)
    assert checks
    assert {check["status"] for check in checks} == {"SUCCESS"}


def _checks(folder: Path) -> list[dict[str, str]]:
    (report,) = folder.rglob("checks.json")
    checks: list[dict[str, str]] = json.loads(report.read_text())
    return checks
