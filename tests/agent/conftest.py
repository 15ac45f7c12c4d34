"""The agent behind its runtime, on MiniStack and the Gateway stand-in, each on a free port."""

import os
import subprocess
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from bizassist.local.provision import Addresses, provision
from tests.agent.local_agent import (
    PASSWORD,
    PREFIX,
    ROOT,
    Cloud,
    claims,
    gateway_serving,
    runtime_of,
    serving,
    sign_in,
    until_healthy,
)
from tests.ports import free_port


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    aws_port, gateway_port = free_port(), free_port()
    here = f"http://127.0.0.1:{aws_port}"
    settings = {
        "AWS_ENDPOINT_URL": here,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "BIZASSIST_SSM_PREFIX": PREFIX,
    }
    log = (tmp_path_factory.mktemp("ministack") / "log").open("wb")
    ministack = subprocess.Popen(
        [
            str(ROOT / ".venv-ministack" / "bin" / "python"),
            str(ROOT / "bizassist" / "local" / "ministack" / "serve.py"),
        ],
        env={
            **os.environ,
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(aws_port),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
        },
        stdout=log,
        stderr=log,
    )
    try:
        until_healthy(f"{here}/_ministack/health")
        with pytest.MonkeyPatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(name, value)
            addresses = Addresses(
                here, "http://127.0.0.1:1", here, f"http://127.0.0.1:{gateway_port}"
            )
            known = provision(addresses, dict.fromkeys(("alice", "admin"), PASSWORD), PREFIX)
            tokens = {name: sign_in(known, name) for name in ("alice", "admin")}
            subjects = {name: claims(token)["sub"] for name, token in tokens.items()}
            yield Cloud(known, tokens, subjects, gateway_port)
    finally:
        ministack.terminate()
        ministack.wait(10)
        log.close()


@pytest_asyncio.fixture(scope="session")
async def gateway(cloud: Cloud) -> AsyncIterator[str]:
    async with gateway_serving(cloud) as address:
        yield address


@pytest_asyncio.fixture(scope="session")
async def runtime(cloud: Cloud, gateway: str) -> AsyncIterator[str]:
    """The address of the agent behind its runtime."""
    async with serving(runtime_of(cloud)) as address:
        yield address
