"""What preparing a turn costs, beside building the same libraries anew each time.

``python benchmarks/agent_turn.py [--rounds N]`` starts MiniStack and the Gateway's stand-in for
itself. Each round prepares one turn in both ways, in turn: the person's memory, the Gateway's
tools, the local ones, the agent with its restored conversation.
"""

import argparse
import asyncio
import logging
import statistics
import sys
import time
import uuid
import warnings
from typing import Any

import boto3
from bedrock_agentcore.memory.integrations.strands.config import AgentCoreMemoryConfig
from bedrock_agentcore.memory.integrations.strands.memorystore import AgentCoreMemoryStore
from bedrock_agentcore.memory.integrations.strands.session_manager import (
    AgentCoreMemorySessionManager,
)
from strands import Agent
from strands.memory import MemoryManager, MemoryStore
from strands.tools.mcp import MCPClient
from strands.types.tools import AgentTool

from agent.app import build_assistant
from agent.memory.access.foreign_call_refusal import FAILED_CALLS
from agent.models.offline.model import OfflineModel
from agent.request.caller import Caller
from agent.run.agent_factory import AgentFactory
from agent.run.explanation import Explanation
from agent.settings import Settings
from agent.tools.machine_token import MachineToken
from benchmarks.agent_start import gateway
from benchmarks.token_broker import cloud

ROUNDS = 20
LIMIT_MS = 20.0
SUBJECT = "benchmark-subject"
KINDS = ("facts", "preferences", "summaries")
OURS, CPU, NAIVE = "ours", "of these: our processor time", "built anew"


def built_anew(settings: Settings) -> float:
    """The seconds it takes to build everything for one turn, as the libraries' examples do."""
    began = time.perf_counter()
    aws = boto3.Session()
    session = uuid.uuid4().hex * 2
    keys = aws.client("sts").assume_role(
        RoleArn=settings.memory_role_arn,
        RoleSessionName="benchmark",
        Tags=[{"Key": "sub", "Value": SUBJECT}],
    )["Credentials"]
    personal = boto3.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], aws.region_name
    )
    conversation = AgentCoreMemorySessionManager(
        AgentCoreMemoryConfig(
            memory_id=settings.memory_id, actor_id=SUBJECT, session_id=session, async_mode=True
        ),
        boto_session=personal,
    )
    stores: list[MemoryStore] = [
        AgentCoreMemoryStore(
            memory_id=settings.memory_id,
            actor_id=SUBJECT,
            session_id=session,
            name=kind,
            namespace=f"/{kind}/{SUBJECT}/",
            client=conversation.memory_client,
        )
        for kind in KINDS
    ]
    with MCPClient(url=str(settings.gateway_url), auth_provider=MachineToken(settings)) as mcp:
        tools: list[Any] = list(mcp.list_tools_sync())
        Agent(
            model=OfflineModel(),
            tools=tools,
            session_manager=conversation,
            memory_manager=MemoryManager(stores, search_tool_config=False),
            callback_handler=None,
        )
        return time.perf_counter() - began


async def prepared(factory: AgentFactory) -> tuple[float, float]:
    """The seconds, and those of the processor, that the product takes for one turn."""
    FAILED_CALLS.set([])
    caller = Caller(SUBJECT, frozenset({"bizassist-users"}))
    began, worked = time.perf_counter(), time.process_time()
    ready = await factory.assemble(caller, uuid.uuid4().hex * 2, Explanation())
    taken = time.perf_counter() - began, time.process_time() - worked
    tools: list[AgentTool] = list(ready.agent.tool_registry.registry.values())
    if ready.memory is None or len(tools) < len(KINDS):
        raise SystemExit("the turn was prepared without memory or tools")
    return taken


async def measure(rounds: int) -> dict[str, list[float]]:
    """The seconds of each contender, round by round."""
    taken: dict[str, list[float]] = {OURS: [], CPU: [], NAIVE: []}
    async with cloud() as known, gateway(known):
        del known
        settings = Settings.load()
        factory = (await asyncio.to_thread(build_assistant, settings)).factory
        try:
            for number in range(rounds + 1):
                ours, processor = await prepared(factory)
                naive = await asyncio.to_thread(built_anew, settings)
                if number:  # the first turn of a process is not warm
                    taken[OURS].append(ours)
                    taken[CPU].append(processor)
                    taken[NAIVE].append(naive)
        finally:
            await factory.gateway.close()
    return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    taken = asyncio.run(measure(parser.parse_args().rounds))
    print(f"{'a turn prepared by':<30}{'median':>10}{'least':>10}{'x anew':>9}")
    for name, seconds in taken.items():
        pairs = zip(seconds, taken[NAIVE], strict=True)
        ratio = statistics.median(one / anew for one, anew in pairs)
        median, least = statistics.median(seconds) * 1000, min(seconds) * 1000
        print(f"{name:<30}{median:>7.1f} ms{least:>7.1f} ms{ratio:>9.3f}")
    milliseconds = statistics.median(taken[OURS]) * 1000
    print(f"a warm turn may cost {LIMIT_MS:.0f} ms to prepare; it costs {milliseconds:.1f} ms")
    return int(milliseconds > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
