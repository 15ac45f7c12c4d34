"""What the agent takes from the start of its process to its first answer, beside bare imports.

``python benchmarks/agent_start.py [--rounds N]`` starts MiniStack and the Gateway's stand-in for
itself. Each round imports the libraries that the answer needs in a process of their own, which is
the floor, then starts the agent and asks it at once; all in turn, so that whatever else the
machine does meets them alike.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import boto3
import httpx

from benchmarks.token_broker import PASSWORD, PREFIX, cloud
from bizassist.local.ports import LOOPBACK
from bizassist.local.processes import Part, Running
from bizassist.settings.ssm_parameters import Parameters
from tests.ports import free_port

ROUNDS = 7
LIMIT = 1.3
FRAMEWORKS = "import strands, bedrock_agentcore.runtime, ag_ui_strands"
NEEDED = f"""{FRAMEWORKS}
import boto3, cedarpy, httpx, joserfc.jwt, joserfc.jwk, pydantic_settings, uvicorn
import authlib.integrations.httpx_client, strands.memory, strands.tools.mcp
import strands.vended_interventions.cedar
import bedrock_agentcore.memory.integrations.strands.memorystore
import bedrock_agentcore.memory.integrations.strands.session_manager
"""
"""What agent/ imports for an answer of the offline model that uses a Gateway tool."""
QUESTION = "Is serial LAPTOP-2024-001 still under warranty?"
SESSION = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"
FLOOR, PING, FIRST, WORDS = "bare imports", "healthy /ping", "first event", "first words"


@asynccontextmanager
async def gateway(known: Parameters) -> AsyncIterator[str]:
    """The Gateway, and an access token of somebody who may ask."""
    port = free_port()
    url = f"http://{LOOPBACK}:{port}"
    os.environ["BIZASSIST_SSM_PREFIX"] = PREFIX
    ssm, cognito = boto3.client("ssm"), boto3.client("cognito-idp")
    ssm.put_parameter(Name=f"{PREFIX}/gateway_url", Value=f"{url}/mcp", Overwrite=True)
    granted = cognito.admin_initiate_auth(
        UserPoolId=known.user_pool_id,
        ClientId=known.web_client_id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "alice", "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    environment = {**os.environ, "PORT": str(port)}
    part = Part("Gateway", ("-m", "bizassist.local.gateway"), f"{url}/healthz", environment)
    with tempfile.TemporaryDirectory() as logs:
        running = await Running.start(part, Path(logs))
        try:
            await running.ready()
            yield granted["AccessToken"]
        finally:
            await running.stop()


def imported(program: str) -> float:
    """The seconds that a process takes to import."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True)  # noqa: S603
    return time.perf_counter() - began


async def started(token: str) -> dict[str, float]:
    """The seconds from the start of an agent to each thing it does first."""
    port = free_port()
    address = f"http://{LOOPBACK}:{port}"
    environment = {**os.environ, "PORT": str(port)}
    began = time.perf_counter()
    agent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "agent"), env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with httpx.AsyncClient(timeout=60) as http:
            while True:
                try:
                    (await http.get(f"{address}/ping")).raise_for_status()
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.01)
            taken = {PING: time.perf_counter() - began}
            async for name in first_things(http, address, token):
                taken.setdefault(name, time.perf_counter() - began)
            return taken
    finally:
        agent.terminate()
        await agent.wait()


async def first_things(http: httpx.AsyncClient, address: str, token: str) -> AsyncIterator[str]:
    """Ask in a new thread; what comes back first, and once more with each further part of it."""
    thread = uuid.uuid4().hex * 2
    question = {
        "threadId": thread,
        "runId": uuid.uuid4().hex,
        "messages": [{"id": "1", "role": "user", "content": QUESTION}],
        "tools": [],
        "context": [],
        "state": {},
        "forwardedProps": {"audience": "alone"},
    }
    headers = {"Authorization": f"Bearer {token}", SESSION: thread}
    async with http.stream(
        "POST", f"{address}/invocations", json=question, headers=headers
    ) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("data:"):
                yield FIRST
                if json.loads(line.removeprefix("data:"))["type"] == "TEXT_MESSAGE_CONTENT":
                    yield WORDS


async def measure(rounds: int) -> dict[str, list[float]]:
    """The seconds of each contender, round by round."""
    taken: dict[str, list[float]] = {
        name: [] for name in (FLOOR, "of these: frameworks", PING, FIRST, WORDS)
    }
    async with cloud() as known, gateway(known) as token:
        for number in range(rounds + 1):
            once = {FLOOR: imported(NEEDED), "of these: frameworks": imported(FRAMEWORKS)}
            once |= await started(token)
            if number:  # the first round only warms the machine's file cache
                for name, seconds in once.items():
                    taken[name].append(seconds)
    return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    taken = asyncio.run(measure(parser.parse_args().rounds))
    print(f"{'from process start to':<24}{'median':>10}{'least':>10}{'x floor':>10}")
    ratios = {}
    for name, seconds in taken.items():
        pairs = zip(seconds, taken[FLOOR], strict=True)
        ratios[name] = statistics.median(one / floor for one, floor in pairs)
        middle, least = statistics.median(seconds), min(seconds)
        print(f"{name:<24}{middle:>8.2f} s{least:>8.2f} s{ratios[name]:>10.2f}")
    print(f"a first event may cost {LIMIT} x the bare imports, after a healthy /ping")
    return int(ratios[FIRST] > LIMIT or ratios[PING] > ratios[FIRST])


if __name__ == "__main__":
    sys.exit(main())
