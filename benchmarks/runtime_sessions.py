"""What ten conversations of one person cost: in one runtime session, and in one each.

``python -m benchmarks.runtime_sessions [--rounds N]`` starts MiniStack and the Gateway's stand-in
for itself. A session is a process of the agent, as it is a microVM in AWS.
"""

import argparse
import asyncio
import os
import resource
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from benchmarks.agent_start import first_things, gateway
from benchmarks.token_broker import cloud
from bizassist.local.ports import LOOPBACK
from tests.ports import free_port

THREADS = 10
ROUNDS = 1
AT_ONCE = 2
LIMIT = 0.5
ONE, EACH = "one session a person", "one session a thread"


@asynccontextmanager
async def session(http: httpx.AsyncClient) -> AsyncIterator[str]:
    """An agent's process, from its start to its end."""
    port = free_port()
    agent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "agent"),
        env={**os.environ, "PORT": str(port)},
        stderr=asyncio.subprocess.DEVNULL,
    )
    address = f"http://{LOOPBACK}:{port}"
    try:
        while True:
            try:
                (await http.get(f"{address}/ping")).raise_for_status()
                break
            except httpx.TransportError:
                await asyncio.sleep(0.01)
        yield address
    finally:
        agent.terminate()
        await agent.wait()


async def asked(http: httpx.AsyncClient, address: str, token: str) -> None:
    """A question of a new thread, answered whole."""
    async for _ in first_things(http, address, token):
        pass


async def in_one(token: str) -> None:
    """Ten threads, one after the other, in one session."""
    async with httpx.AsyncClient(timeout=60) as http, session(http) as address:
        for _ in range(THREADS):
            await asked(http, address, token)


async def in_one_each(token: str) -> None:
    """Ten threads, each in a session of its own; a machine of two cores starts two at a time."""
    starting = asyncio.Semaphore(AT_ONCE)

    async def one(http: httpx.AsyncClient) -> None:
        async with starting, session(http) as address:
            await asked(http, address, token)

    async with httpx.AsyncClient(timeout=60) as http:
        await asyncio.gather(*(one(http) for _ in range(THREADS)))


async def measure(rounds: int) -> dict[str, list[tuple[float, float]]]:
    """The seconds and the processor's seconds of each way, round by round."""
    taken: dict[str, list[tuple[float, float]]] = {ONE: [], EACH: []}
    async with cloud() as known, gateway(known) as token:
        async with httpx.AsyncClient(timeout=60) as http, session(http):
            pass  # this one only warms the machine's file cache
        for _ in range(rounds):
            for name, way in ((ONE, in_one), (EACH, in_one_each)):
                began, worked = time.perf_counter(), _processor()
                await way(token)
                taken[name].append((time.perf_counter() - began, _processor() - worked))
    return taken


def _processor() -> float:
    """The processor's seconds of the agents that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    taken = asyncio.run(measure(parser.parse_args().rounds))
    starts = {ONE: 1, EACH: THREADS}
    print(f"{THREADS} threads of one person in{'cold starts':>18}{'time':>11}{'processor':>13}")
    processor = {}
    for name, pairs in taken.items():
        wall = statistics.median(seconds for seconds, _ in pairs)
        processor[name] = statistics.median(seconds for _, seconds in pairs)
        print(f"{name:<28}{starts[name]:>16}{wall:>9.1f} s{processor[name]:>11.1f} s")
    ratio = processor[ONE] / processor[EACH]
    print(
        f"one session may cost {LIMIT} x the processor's time of one each; it costs {ratio:.2f} x"
    )
    return int(ratio > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
