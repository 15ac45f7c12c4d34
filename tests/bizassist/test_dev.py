"""``bizassist dev``: starts, says what went wrong, keeps its state, and leaves nothing behind."""

import asyncio
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest

from bizassist.local.ports import StackPorts, claim_ports
from tests.conftest import FREE_PORTS, ROOT, Stack, dev_stack
from tests.person import answered, signed_in
from tests.some import some

QUESTION = "Is serial PHONE-2021-007 still under warranty?"


PORT_SENTENCE = "BIZASSIST_PORT must be a whole number from 0 to 65535 (0: any free port)."


def dev(
    *options: str, state: Path, ports: Sequence[str] = FREE_PORTS
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, which comes soon because it can't start."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "bizassist", "dev", *ports),
            *("--state", str(state), *options),
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


async def ended(stack: Stack, how: signal.Signals) -> None:
    """End a stack and see that no process of it is left."""
    pids = list(stack.processes.values())
    assert set(stack.processes) == {"MiniStack", "gateway", "agent", "chat", "slack"}
    assert all(some(map(psutil.pid_exists, pids)))

    stack.process.send_signal(how)
    await asyncio.wait_for(stack.process.wait(), 40)

    await gone(pids)
    if how != signal.SIGKILL:
        assert stack.process.returncode == 0
        assert not (stack.state / "stack.json").exists()


@contextmanager
def occupied() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield taken.getsockname()[1]


def local_s3(stack: Stack) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=stack.aws,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def objects(s3: Any, bucket: str) -> list[str]:
    return [one["Key"] for one in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


@pytest.mark.timeout(400)  # three starts
async def test_state_survives_elsewhere_until_fresh_and_no_process_stays_however_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = tmp_path / "state"
    async with dev_stack(state) as stack:
        password = stack.password("alice")
        async with signed_in(stack, "alice") as alice:
            await answered(alice, QUESTION)
            conversation = alice.page.url.path
        uploads, policies = (f"bizassist-{name}" for name in ("uploads", "policies"))
        s3 = local_s3(stack)
        s3.put_object(Bucket=uploads, Key="attached", Body=b"of yesterday")
        shipped = objects(s3, policies)
        for key in some(shipped):
            s3.delete_object(Bucket=policies, Key=key)
        await ended(stack, signal.SIGINT)
    with occupied() as port:
        pass
    monkeypatch.setenv("BIZASSIST_PORT", str(port))
    ports = ("--agent-port", "0", "--slack-port", "0")
    async with dev_stack(state, ports=ports) as stack:
        assert stack.chat == f"http://127.0.0.1:{port}"  # it listens where it is told
        assert stack.password("alice") == password
        async with signed_in(stack, "alice") as alice:
            await alice.open(f"{stack.chat}{conversation}")
            assert QUESTION in alice.text()
        s3 = local_s3(stack)
        assert s3.get_object(Bucket=uploads, Key="attached")["Body"].read() == b"of yesterday"
        assert objects(s3, policies) == shipped  # a bucket without a policy is filled again
        await ended(stack, signal.SIGTERM)
    async with dev_stack(state, "--fresh") as stack:
        assert stack.password("alice") != password
        async with signed_in(stack, "alice") as alice:
            await alice.open(f"{stack.chat}{conversation}")
            assert QUESTION not in alice.text()
        await ended(stack, signal.SIGKILL)


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


async def test_a_taken_port_gives_way_and_a_part_that_fails_ends_it_each_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with occupied() as chat, occupied() as agent, occupied() as slack:
        monkeypatch.setenv("BIZASSIST_PORT", str(chat))
        ports = ("--agent-port", str(agent), "--slack-port", str(slack))
        async with dev_stack(tmp_path / "state", ports=ports) as stack:
            said = (tmp_path / "state.out").read_text()
            taken = {"chat service": chat, "agent": agent, "Slack stand-in": slack}
            for (owner, port), url in some(
                zip(taken.items(), (stack.chat, stack.agent, stack.slack), strict=True)
            ):
                assert f"Port {port} is taken; the {owner} listens at {url} instead." in said
                assert not url.endswith(f":{port}")
            assert stack.parameters["runtime_url"] == stack.agent
            async with signed_in(stack, "alice") as alice:  # the user pool sends her back there
                await answered(alice, QUESTION)
                assert str(alice.page.url).startswith(stack.chat)
            pids = list(stack.processes.values())

            os.kill(stack.processes["agent"], signal.SIGKILL)
            await asyncio.wait_for(stack.process.wait(), 40)

            await gone(pids)
            assert stack.process.returncode == 1
            last = (tmp_path / "state.out").read_text().strip().splitlines()[-1]
            assert last.startswith("bizassist: agent stopped")


def test_two_parts_that_want_one_port_get_two() -> None:
    with occupied() as port:
        pass
    notices: list[str] = []

    ports = claim_ports(StackPorts(chat=port, agent=port, slack=port), notices.append)

    assert ports.chat == port
    assert len({ports.chat, ports.agent, ports.slack, ports.gateway, ports.aws}) == 5
    assert len(notices) == 2


@pytest.mark.parametrize("port", ["many", "-1", "65536", "3978.5"])
def test_a_port_that_is_none_ends_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: str
) -> None:
    monkeypatch.setenv("BIZASSIST_PORT", port)

    ended = dev(state=tmp_path / "state", ports=())

    assert ended.returncode == 1
    assert ended.stderr == f"bizassist: {PORT_SENTENCE}\n"


def test_a_missing_tool_ends_in_one_sentence(tmp_path: Path) -> None:
    ended = dev("--ministack-python", str(tmp_path / "none"), state=tmp_path / "state")

    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert "MiniStack's environment is missing" in ended.stderr
    assert "make setup" in ended.stderr
