"""A tool begun by the scaffold is listed and answers, through the Gateway, at once."""

import asyncio
import contextlib
import io
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bizassist.__main__ import main
from bizassist.deployment.lambda_archives import build_function
from bizassist.errors import CommandError
from tests.conftest import ROOT, Stack
from tests.gateway_tools.mcp_requests import machine_token, rpc
from tests.ports import free_port


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the tools, to which one may be added."""
    shutil.copytree(
        ROOT / "gateway_tools",
        tmp_path / "gateway_tools",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def begin(*arguments: str) -> None:
    """Run the command.

    :raises CommandError: with what it says when it fails.
    """
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        status = main(["tools", "new", *arguments])
    if status:
        raise CommandError(said.getvalue().removeprefix("bizassist: ").rstrip("\n"))


@asynccontextmanager
async def gateway(project: Path, stack: Stack) -> AsyncIterator[str]:
    """The Gateway's stand-in, serving the tools of a project."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bizassist.local.gateway",
        cwd=project,
        env={**os.environ, "PORT": str(port), "BIZASSIST_SSM_PREFIX": stack.ssm_prefix},
    )
    try:
        async with httpx.AsyncClient() as http, asyncio.timeout(30):
            while True:
                try:
                    (await http.get(f"http://127.0.0.1:{port}/healthz")).raise_for_status()
                    break
                except httpx.HTTPError:
                    assert process.returncode is None
                    await asyncio.sleep(0.1)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 10) in (0, -15)


async def result(url: str, token: str, method: str, **params: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await rpc(url, method, token, **params)).json()["result"]
    return found


@pytest.mark.usefixtures("aws")
async def test_a_new_tool_is_listed_and_answers(
    project: Path, stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    begin("order_status", "--target", "orders")
    assert capsys.readouterr().out.count("wrote gateway_tools/") == 3
    token = await machine_token(stack)
    async with gateway(project, stack) as url:
        listed = (await result(url, token, "tools/list"))["tools"]
        assert "orders___order_status" in [tool["name"] for tool in listed]
        assert len(listed) == 4
        call = {"name": "orders___order_status", "arguments": {"who": "Alice"}}
        good = await result(url, token, "tools/call", **call)
        assert good["structuredContent"] == {"greeting": "Hello, Alice."}
        bad = await result(url, token, "tools/call", **{**call, "arguments": {}})
        assert bad["structuredContent"]["error"]["code"] == "invalid_arguments"


def test_a_new_tool_changes_one_line_of_the_list(project: Path) -> None:
    listed = project / "gateway_tools" / "targets.json"
    before = listed.read_text().splitlines()
    begin("claim_status", "--target", "warranty")
    after = listed.read_text().splitlines()
    assert sum(old != new for old, new in zip(before, after, strict=True)) == 1
    assert "claim_status" in json.loads(listed.read_text())["warranty"]


def test_a_new_tool_has_a_target_of_its_own_unless_told(project: Path) -> None:
    begin("order_status")
    targets = json.loads((project / "gateway_tools" / "targets.json").read_text())
    assert targets["order-status"] == ["order_status"]


def test_a_new_tool_ships(project: Path) -> None:
    begin("order_status")
    archive = build_function(project / "function.zip", project / "gateway_tools")
    assert b"gateway_tools/tools/order_status.py" in archive.read_bytes()


@pytest.mark.parametrize(
    "arguments",
    [
        ("web_search",),
        ("handler ",),
        ("Order",),
        ("order-status",),
        ("../order",),
        ("class",),
        ("order_status", "--target", "two words"),
        ("order_status", "--target", "a--b"),
        ("a" * 40, "--target", "b" * 40),
    ],
)
def test_a_name_that_can_not_be_used_changes_nothing(
    project: Path, arguments: tuple[str, ...]
) -> None:
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    with pytest.raises(CommandError):
        begin(*arguments)
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == before


def test_a_file_that_is_there_already_is_not_overwritten(project: Path) -> None:
    module = project / "gateway_tools" / "tools" / "order_status.py"
    module.write_text("mine")
    with pytest.raises(CommandError, match="is there already"):
        begin("order_status")
    assert module.read_text() == "mine"


def test_outside_the_project_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match="project's folder"):
        begin("order_status")
