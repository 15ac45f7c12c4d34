"""The images of the Dockerfile: its stages run in a clean folder, and what they make is started."""

import asyncio
import json
import os
import re
import secrets
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import boto3
import httpx
import pytest
from ag_ui.core import RunAgentInput, UserMessage

from tests.conftest import ROOT, Stack
from tests.images.dockerfile import stages
from tests.images.image import Image, running, uv
from tests.ports import free_port

# Each image is laid out once, so one worker has all tests of them.
pytestmark = pytest.mark.xdist_group("images")

INSTALLED = "import importlib.metadata as m; print(*(d.name for d in m.distributions()))"


def locked(*group: str) -> set[str]:
    """The libraries that the lock file gives a dependency group."""
    export = ("export", "--quiet", "--frozen", "--no-emit-project", "--no-hashes", "--no-annotate")
    said = subprocess.run(
        [uv(), *export, *group], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    ).stdout
    return {line.partition("==")[0] for line in said.splitlines() if "==" in line}


def test_it_carries_its_own_libraries_and_nothing_of_the_others(image: Image) -> None:
    said = image.run(image.python, "-c", INSTALLED)
    installed = {re.sub(r"[-_.]+", "-", name).lower() for name in said.stdout.split()}
    own, all_of_them = locked("--only-group", image.target), locked("--all-groups")
    assert len(installed) > 20
    assert installed <= own
    # Of the local stack, of the tests, of the other image.
    assert {"rich", "pytest"} <= all_of_them - own
    assert ("strands-agents" if image.target == "bots" else "slack-bolt") in all_of_them - own
    packages = {path.name for path in image.app.iterdir() if path.is_dir()} - {".venv"}
    own_packages = {"bizassist", "bots", "identity", "agent"}
    assert packages == (own_packages if image.target == "bots" else {"agent"})
    if image.target == "bots":
        of_the_agent = [path for path in (image.app / "agent").rglob("*") if path.is_file()]
        assert of_the_agent == [image.app / "agent" / "authorization" / "rights.cedar"]
    assert not (image.app / "bizassist" / "local").exists()


def test_every_module_of_what_it_starts_can_be_imported(image: Image) -> None:
    """Also those that are imported later than at the start."""
    packages = {"bots": ("bots", "identity"), "agent": ("agent",)}[image.target]
    modules = [
        ".".join(path.relative_to(image.app).with_suffix("").parts)
        for package in packages
        for path in sorted((image.app / package).rglob("*.py"))
        if path.name not in {"__init__.py", "__main__.py"}
    ]
    if image.target == "bots":
        modules += ["bizassist.service", "bizassist.commands.serve", "bizassist.commands.doctor"]
    assert len(modules) > 10
    script = "import importlib, sys\nfor name in sys.argv[1:]: importlib.import_module(name)"
    command = (image.python, "-c", script, *modules)
    imported = image.run(*command, AWS_DEFAULT_REGION="us-east-1")
    assert imported.returncode == 0, imported.stderr


def test_without_settings_it_says_what_is_missing(image: Image, aws: boto3.Session) -> None:
    own = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    said = image.run(*image.entry(), BIZASSIST_SSM_PREFIX="/app/nowhere", **own)
    assert said.returncode == 1
    assert "Traceback" not in said.stderr
    missing = "BIZASSIST_PUBLIC_URL is missing" if image.target == "bots" else "issuer is missing"
    assert missing in said.stderr


async def test_it_starts_answers_and_ends_when_asked(
    image: Image, stack: Stack, aws: boto3.Session
) -> None:
    port = free_port()
    async with running(image, **_settings(image, stack, port)) as process:
        assert await _is_healthy(_healthcheck(image, port), image)
        # Only who listens on every address answers on another one than 127.0.0.1.
        path = "/healthz" if image.target == "bots" else "/ping"
        async with httpx.AsyncClient(timeout=5) as http:
            assert (await http.get(f"http://127.0.0.2:{port}{path}")).status_code == 200
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(40):
            # Uvicorn ends by the signal itself once it has shut down; process 1 ignores that.
            assert await process.wait() in {0, -signal.SIGTERM}
        assert not await _answers(_healthcheck(image, port), image)


@pytest.mark.parametrize("image", ["agent"], indirect=True)
async def test_an_agent_that_is_asked_to_end_finishes_its_answer(
    image: Image, stack: Stack, aws: boto3.Session
) -> None:
    port = free_port()
    question = RunAgentInput(
        thread_id=secrets.token_hex(20),
        run_id="drains",
        messages=[UserMessage(id="1", content="Is LAPTOP-2024-001 still under warranty?")],
        state={},
        tools=[],
        context=[],
        forwarded_props={"audience": "alone"},
    )
    headers = {"Authorization": f"Bearer {_token(stack, aws)}"}
    async with running(image, **_settings(image, stack, port)) as process:
        assert await _is_healthy(_healthcheck(image, port), image)
        async with (
            httpx.AsyncClient(timeout=30) as http,
            http.stream(
                *("POST", f"http://127.0.0.1:{port}/invocations"),
                json=question.model_dump(mode="json", by_alias=True, exclude_none=True),
                headers=headers,
            ) as answer,
        ):
            said = [event async for event in _events_after_the_first(answer, process)]
        assert "RUN_FINISHED" in said[-1], said
        async with asyncio.timeout(20):
            await process.wait()


async def _events_after_the_first(
    answer: httpx.Response, process: asyncio.subprocess.Process
) -> AsyncIterator[str]:
    """What the agent says; once it has begun it is asked to end."""
    async for line in answer.aiter_lines():
        if "RUN_STARTED" in line:
            process.send_signal(signal.SIGTERM)
        if line:
            yield line


def test_every_library_exists_for_arm64(image: Image, tmp_path: Path) -> None:
    (base,) = (line for line in stages()[""] if line.word == "ARG")
    version = re.search(r":(3\.\d+)\.", base.rest)
    assert version
    binary_for = ("--python-version", version[1], "--python-platform", "aarch64-manylinux_2_28")
    wanted = tmp_path / "requirements.txt"
    export = ("export", "--quiet", "--frozen", "--only-group", image.target, "--no-emit-project")
    subprocess.run([uv(), *export, "--output-file", wanted], cwd=ROOT, check=True, timeout=60)
    planned = subprocess.run(
        [
            uv(),
            *("pip", "install", "--dry-run", "--no-deps", "--only-binary", ":all:"),
            *("--target", tmp_path / "packages", "--requirement", wanted),
            *binary_for,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert planned.returncode == 0, planned.stderr
    assert "Would install" in planned.stderr


def _healthcheck(image: Image, port: int) -> list[str]:
    """The Dockerfile's own check, asked of this port."""
    (check,) = (one for one in stages()[image.target] if one.word == "HEALTHCHECK")
    command = json.loads(check.rest.partition("CMD ")[2])
    assert command[0] == "python"
    asked = [re.sub(r"(127\.0\.0\.1):\d+", rf"\1:{port}", part) for part in command[1:]]
    return [image.python, *asked]


async def _is_healthy(check: list[str], image: Image) -> bool:
    async with asyncio.timeout(30):
        while not await _answers(check, image):  # noqa: ASYNC110 - another process's state
            await asyncio.sleep(0.2)
    return True


async def _answers(check: list[str], image: Image) -> bool:
    return (await asyncio.to_thread(image.run, *check)).returncode == 0


def _settings(image: Image, stack: Stack, port: int) -> dict[str, str]:
    """What the image is told where it runs."""
    own = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    own |= {"BIZASSIST_SSM_PREFIX": stack.ssm_prefix, "BIZASSIST_MODEL": "offline"}
    if image.target == "agent":
        return own | {"PORT": str(port)}
    url = f"http://127.0.0.1:{port}"
    return own | {"BIZASSIST_PORT": str(port), "BIZASSIST_PUBLIC_URL": url}


def _token(stack: Stack, aws: boto3.Session) -> str:
    granted = aws.client("cognito-idp").admin_initiate_auth(
        UserPoolId=stack.parameters["user_pool_id"],
        ClientId=stack.parameters["web_client_id"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "alice", "PASSWORD": stack.password("alice")},
    )
    return granted["AuthenticationResult"]["AccessToken"]
