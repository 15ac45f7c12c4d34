"""What every test may use: the whole product, started once, and a browser."""

import asyncio
import functools
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import httpx2
import pytest
from playwright.async_api import Browser, async_playwright

from tests.aws_calls.committed import KEEP, committed_calls, keep, noted_calls
from tests.aws_calls.recording import recording
from tests.chromium import chromium_path
from tests.leaks import leaks_of_stack
from tests.scheduling import Scheduling, place

ROOT = Path(__file__).parent.parent
READY_SECONDS = 120
FREE_PORTS = ("--port", "0", "--agent-port", "0", "--slack-port", "0")
UPDATE = "--update-golden"
NOT_RUN = "NOT RUN:"
"""How a test begins the reason why it can't run on this machine; CI has no such machines."""


@dataclass(frozen=True)
class Stack:
    """A running product, as ``bizassist dev`` describes it in ``stack.json``."""

    described: dict[str, Any]
    state: Path
    process: asyncio.subprocess.Process

    def __getattr__(self, name: str) -> Any:
        return self.described[name]

    def password(self, person: str) -> str:
        """The password of a sample person."""
        return str(self.described["people"][person]["password"])

    def log(self, part: str) -> str:
        """What a part has logged so far."""
        return (self.state / "logs" / f"{part}.log").read_text()


@asynccontextmanager
async def dev_stack(
    state: Path, *options: str, ports: Sequence[str] = FREE_PORTS
) -> AsyncIterator[Stack]:
    """``bizassist dev``, on free ports if no others are given, with its state in ``state``."""
    with (state.parent / f"{state.name}.out").open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bizassist",
            "dev",
            *ports,
            *("--state", str(state)),
            *options,
            cwd=ROOT,
            # Loading the local model takes seconds: one test of its own looks at it.
            env={
                "BIZASSIST_POLICY_EMBEDDER": "words",
                **recording(state.parent / f"{state.name}.calls"),
            },
            stdout=output,
            stderr=output,
        )
    try:
        description = state / "stack.json"
        async with asyncio.timeout(READY_SECONDS):
            while not description.exists() or not description.stat().st_size:
                if process.returncode is not None:
                    pytest.fail((state.parent / f"{state.name}.out").read_text())
                await asyncio.sleep(0.05)
        running = Stack(json.loads(description.read_text()), state, process)
        yield running
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
    assert leaks_of_stack(state, running.described) == []


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """The whole product, running since the first test that asked for it.

    Its calls of AWS are noted: one that is not known has not been judged against its role.
    """
    folder = tmp_path_factory.mktemp("stack")
    async with dev_stack(folder / "state") as running:
        yield running
    noted, known = noted_calls(folder / "state.calls"), set(committed_calls())
    if KEEP in os.environ:
        keep(noted)
    else:
        assert noted - known == set(), f"look at the rights in terraform/, then set {KEEP}=1"


@pytest.fixture
def aws(stack: Stack) -> Iterator[boto3.Session]:
    """A session of boto3, and for this test's time an environment, for the running stack's AWS."""
    ours = {
        "AWS_ENDPOINT_URL": stack.aws,
        "AWS_DEFAULT_REGION": stack.region,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if re.match("AWS_", name)]:
            patch.delenv(name)
        for name, value in ours.items():
            patch.setenv(name, value)
        yield boto3.Session()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """A headless Chromium."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=chromium_path(playwright.chromium.executable_path),
            args=["--no-sandbox", "--disable-quic", "--disable-background-networking"],
        )
        yield running
        await running.close()


@pytest.fixture(scope="session", autouse=True)
def one_trust_store() -> Iterator[None]:
    """HTTP clients share what they trust: each would read it anew, longer than most requests."""
    with pytest.MonkeyPatch.context() as patch:
        for package in (httpx, httpx2):
            patch.setattr(
                f"{package.__name__}._transports.default.create_ssl_context",
                functools.cache(package.create_ssl_context),
            )
        yield


@pytest.fixture(scope="session")
def artifacts() -> Path:
    """Where tests leave what they saw."""
    folder = ROOT / "tests" / "artifacts"
    folder.mkdir(exist_ok=True)
    return folder


def pytest_addoption(parser: pytest.Parser) -> None:
    """The one flag of all golden files."""
    parser.addoption(
        UPDATE, action="store_true", help="write the golden files anew, and run nothing else"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that need the same stack follow one another; to write golden files, only theirs run."""
    items.sort(key=lambda item: place(getattr(item, "fixturenames", ())))
    if not config.getoption(UPDATE):
        return
    chosen = [item for item in items if "golden" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen


@pytest.fixture(scope="session")
def golden(pytestconfig: pytest.Config) -> Callable[[Path, str], None]:
    """Compares a text with the file that holds what is expected, or writes that file anew."""

    def compare(file: Path, text: str) -> None:
        if pytestconfig.getoption(UPDATE):
            file.write_text(text)
        assert text == file.read_text(), f"{file.name}: pytest {UPDATE}, if that was meant"

    return compare


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Scheduling:
    """What runs where, when tests run in several processes."""
    return Scheduling(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly, at the very end, what nobody has checked."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = {str(one.longrepr[2]) for one in skipped if isinstance(one.longrepr, tuple)}
    missing = sorted(reason.partition(NOT_RUN)[2] for reason in reasons if NOT_RUN in reason)
    if missing:
        terminalreporter.section("NOT RUN", red=True, bold=True)
        for reason in missing:
            terminalreporter.line(reason.strip(), red=True, bold=True)
