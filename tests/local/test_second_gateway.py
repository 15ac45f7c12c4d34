"""Our Gateway's stand-in beside another's (localcore-gateway): the agent sees no difference."""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from strands.tools.mcp import MCPAgentTool

from agent.settings import Settings
from agent.tools.gateway import Gateway
from agent.tools.machine_token import MachineToken, SharedToken
from bizassist.local import gateway as gateway_stand_in
from gateway_tools import catalog
from tests.agent import token_issuer
from tests.agent.local_agent import serving
from tests.conftest import ROOT
from tests.local.localcore.told import told
from tests.ports import free_port
from tests.some import some

PROGRAM = ROOT / ".venv-localcore" / "bin" / "lcgw"
SECONDS = 60
SCOPE, MACHINE = "resource-server/read", "machine-client"
WARRANTY = "warranty___check_warranty_status"
OWN_TO_ONE = {
    "bedrockAgentCoreGatewayId",
    "bedrockAgentCoreAwsRequestId",
    "bedrockAgentCoreMcpMessageId",
}
"""Of the client context: what differs from Gateway to Gateway, or from call to call."""


@contextlib.asynccontextmanager
async def ours(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """The stand-in, to whose issuer the agent's machine token belongs."""
    issuer = token_issuer.Issuer()

    async def fetch(self: MachineToken) -> None:
        self._token = issuer.token(client_id=MACHINE, scope=SCOPE)
        self._until = time.time() + 300.0

    monkeypatch.setattr(MachineToken, "_fetch", fetch)
    monkeypatch.setattr(SharedToken, "read", lambda _: "")
    monkeypatch.setattr(gateway_stand_in, "handler", told)
    port = free_port()
    async with serving(issuer.app()) as address:
        app = gateway_stand_in.create_app(
            gateway_stand_in.Issuer(token_issuer.NAME, f"{address}/discovery"),
            allowed_clients=frozenset({MACHINE}),
            scope=SCOPE,
            base_url=f"http://127.0.0.1:{port}",
        )
        async with serving(app, port) as base:
            yield f"{base}/mcp"


@contextlib.asynccontextmanager
async def localcore(folder: Path) -> AsyncIterator[str]:
    """The other Gateway over the same schemas and handler; it asks nobody for a token."""
    port = free_port()
    file = folder / "gateway.json"  # each JSON is YAML
    file.write_text(json.dumps({"server": {"port": port}, "targets": [*_targets()]}))
    process = await asyncio.create_subprocess_exec(
        *(str(PROGRAM), "serve", "--config", str(file)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _until_it_answers(f"http://127.0.0.1:{port}/mcp", process)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.terminate()
        await process.wait()


def _targets() -> Any:
    for target, names in catalog.targets().items():
        handler = {
            "handler": "tests/local/localcore/told.py:told",
            "code_root": str(ROOT),
            "python": sys.executable,
        }
        tools = [catalog.declaration(name) for name in names]
        yield {"type": "lambda", "name": target, "lambda": handler, "tools": tools}


async def _until_it_answers(url: str, process: asyncio.subprocess.Process) -> None:
    until = time.monotonic() + SECONDS
    async with httpx.AsyncClient() as http:
        while time.monotonic() < until:
            assert process.returncode is None, "the other Gateway ended before it answered"
            with contextlib.suppress(httpx.HTTPError):
                await http.get(url)
                return
            await asyncio.sleep(0.1)
    raise AssertionError("the other Gateway never answered")


async def seen_by_the_agent(url: str) -> dict[str, Any]:
    """What the agent's connection is told at a Gateway, without what differs each time."""
    settings = SimpleNamespace(
        gateway_url=url,
        discovery_url="",
        m2m_client_id="",
        m2m_client_secret="",
        m2m_scope="",
        parameters_key="",
    )
    gateway = Gateway(cast("Settings", settings))
    try:
        tools = cast("list[MCPAgentTool]", await gateway.tools())
        client = tools[0].mcp_client
        given = {"serial_number": ["LAPTOP"], "müll": 1}
        refused = await client.call_tool_async("1", WARRANTY, given)
        unknown = await client.call_tool_async("2", "warranty___unknown", {})
        again = await client.call_tool_async("3", WARRANTY, {})
        assert gateway.unavailable_tools is None, "nothing of this broke the connection"
    finally:
        await gateway.close()
    seen = json.loads(refused["content"][0]["text"])
    return {
        "tools": {tool.tool_name: tool.tool_spec for tool in some(tools)},
        "event": seen["event"],
        "context": {key: seen["custom"][key] for key in seen["custom"] if key not in OWN_TO_ONE},
        "context keys": set(seen["custom"]),
        "answer": seen["answer"],
        "statuses": (refused["status"], unknown["status"], again["status"]),
    }


async def test_the_agent_sees_the_same_at_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await asyncio.create_subprocess_exec(
        "make", "--directory", str(ROOT), "--silent", ".venv-localcore/.ready"
    )
    assert await asyncio.wait_for(made.wait(), SECONDS) == 0
    async with ours(monkeypatch) as here, localcore(tmp_path) as there:
        first = await seen_by_the_agent(here)
        second = await seen_by_the_agent(there)

    assert first == second
    assert first["event"] == {"serial_number": ["LAPTOP"], "müll": 1}
    assert first["answer"]["error"]["code"] == "invalid_arguments"
    assert first["statuses"] == ("error", "error", "error")
