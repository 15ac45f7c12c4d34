"""The Gateway's stand-in in the running stack, as other people's clients see it."""

import asyncio
import json
import os
import re
import shlex
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import boto3
import pytest
from aiohttp import web
from strands.tools.mcp import MCPClient

from gateway_tools import catalog
from tests.clients.node import node_tool
from tests.conftest import ROOT, Stack
from tests.gateway_tools.mcp_requests import machine_token, rpc
from tests.some import some

TOOLS = [f"{target}___{tool}" for target, tools in catalog.targets().items() for tool in tools]


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


async def test_a_persons_token_does_not_open_the_gateway(stack: Stack, aws: boto3.Session) -> None:
    signed_in = aws.client("cognito-idp").admin_initiate_auth(
        UserPoolId=stack.parameters["user_pool_id"],
        ClientId=stack.parameters["web_client_id"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "alice", "PASSWORD": stack.password("alice")},
    )["AuthenticationResult"]
    for kind in (signed_in["AccessToken"], signed_in["IdToken"]):
        assert (await rpc(stack.gateway, "tools/list", kind)).status_code == 401
    assert (await rpc(stack.gateway, "tools/list", await machine_token(stack))).is_success


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


async def test_the_inspector_calls_a_tool_as_the_guide_shows(stack: Stack, tmp_path: Path) -> None:
    (tmp_path / ".bizassist").mkdir()
    (tmp_path / ".bizassist" / "stack.json").symlink_to(stack.state / "stack.json")
    programs = {
        "bizassist": f'{shlex.join([sys.executable, "-m", "bizassist"])} "$@"',
        "npx": f'{shlex.join(node_tool("mcp-inspector"))} "${{@:2}}"',  # its package is installed
    }
    for name, call in some(programs.items()):
        (tmp_path / name).write_text(f"#!/bin/bash\nexec {call}\n")
        (tmp_path / name).chmod(0o700)
    said = json.loads(await shell(guide_commands("tools gateway"), tmp_path))
    assert said["isError"] is False
    assert said["structuredContent"]["status"] == "expired"
    assert json.loads(said["content"][0]["text"]) == said["structuredContent"]


def guide_commands(word: str) -> str:
    """The block of commands of the guide in which a word stands, as a person types them."""
    page = (ROOT / "docs" / "adding-a-tool.md").read_text("utf-8")
    blocks: list[str] = re.findall(r"```console\n(.*?)```", page, re.DOTALL)
    (block,) = [one for one in blocks if word in one]
    return block.replace("$ ", "")


async def shell(commands: str, folder: Path) -> str:
    """What commands print, where the folder's programs come first."""
    process = await asyncio.create_subprocess_exec(
        *("bash", "-e", "-o", "pipefail", "-c", commands),
        cwd=folder,
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await asyncio.wait_for(process.communicate(), 90)
    assert process.returncode == 0, errors.decode()
    return out.decode()


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
