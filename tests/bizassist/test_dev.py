"""``bizassist dev``: starts, says what went wrong, keeps its state, and leaves nothing behind."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT, Stack, dev_stack
from tests.person import answered, signed_in
from tests.some import some

QUESTION = "Is serial PHONE-2021-007 still under warranty?"


def dev(*options: str, state: Path) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, which comes soon because it can't start."""
    ports = () if "--port" in options else ("--port", "0")
    return subprocess.run(
        [
            *(sys.executable, "-m", "bizassist", "dev", *ports),
            *("--agent-port", "0", "--slack-port", "0", "--state", str(state), *options),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


async def gone(pids: list[int]) -> None:
    async with asyncio.timeout(15):
        while any(map(psutil.pid_exists, pids)):  # noqa: ASYNC110 - other people's processes
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_it_leaves_no_process_however_it_ends(tmp_path: Path, how: signal.Signals) -> None:
    async with dev_stack(tmp_path / "state") as stack:
        pids = list(stack.processes.values())
        assert set(stack.processes) == {"MiniStack", "gateway", "agent", "chat", "slack"}
        assert all(some(map(psutil.pid_exists, pids)))

        stack.process.send_signal(how)
        await asyncio.wait_for(stack.process.wait(), 40)

        await gone(pids)
        if how != signal.SIGKILL:
            assert stack.process.returncode == 0
            assert not (stack.state / "stack.json").exists()


async def test_state_survives_a_restart_and_fresh_forgets_it(tmp_path: Path) -> None:
    state = tmp_path / "state"
    async with dev_stack(state) as stack:
        password = stack.password("alice")
        async with signed_in(stack, "alice") as alice:
            await answered(alice, QUESTION)
            conversation = alice.page.url.path
    async with dev_stack(state) as stack:
        assert stack.password("alice") == password
        async with signed_in(stack, "alice") as alice:
            await alice.open(f"{stack.chat}{conversation}")
            assert QUESTION in alice.text()
    async with dev_stack(state, "--fresh") as stack:
        assert stack.password("alice") != password
        async with signed_in(stack, "alice") as alice:
            await alice.open(f"{stack.chat}{conversation}")
            assert QUESTION not in alice.text()


async def test_what_is_secret_is_its_owners_alone(stack: Stack) -> None:
    for name in ("stack.json", "secrets.json"):
        assert stat.S_IMODE((stack.state / name).stat().st_mode) == 0o600


async def test_nothing_listens_outside_of_this_machine(stack: Stack) -> None:
    listening = {
        connection.laddr.ip
        for pid in stack.processes.values()
        for connection in psutil.Process(pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }

    assert listening == {"127.0.0.1"}


def test_a_taken_port_ends_in_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        ended = dev("--port", str(port), state=tmp_path / "state")

    assert ended.returncode == 1
    assert ended.stderr == (
        f"bizassist: Port {port}, which the chat service needs, is taken: "
        "stop what listens there, or choose another with --port.\n"
    )


def test_a_missing_tool_ends_in_one_sentence(tmp_path: Path) -> None:
    ended = dev("--ministack-python", str(tmp_path / "none"), state=tmp_path / "state")

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "MiniStack's environment is missing" in ended.stderr
    assert "make setup" in ended.stderr


async def test_a_part_that_fails_ends_in_one_sentence_and_stops_the_rest(tmp_path: Path) -> None:
    async with dev_stack(tmp_path / "state") as stack:
        pids = list(stack.processes.values())

        os.kill(stack.processes["agent"], signal.SIGKILL)
        await asyncio.wait_for(stack.process.wait(), 40)

        await gone(pids)
        assert stack.process.returncode == 1
        last = (tmp_path / "state.out").read_text().strip().splitlines()[-1]
        assert last.startswith("bizassist: agent stopped")
