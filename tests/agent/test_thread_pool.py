"""Whoever waits for the model holds up no blocking call of anybody else."""

import asyncio
import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from ag_ui.core import RunAgentInput
from strands.types.content import Messages

from agent.errors import MemoryUnavailableError
from agent.models import providers
from agent.request.caller import Caller
from agent.run.agent_factory import AgentFactory
from agent.run.assistant import Assistant
from agent.run.limits import RunLimits
from agent.settings import ModelChoice
from agent.thread_pool import RUNS, ThreadPool
from tests.agent.local_agent import run_input, thread
from tests.agent.scripted_models import TestModel

MANY = 200


async def until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not what():  # noqa: ASYNC110 - it happens in threads
            await asyncio.sleep(0.02)


@pytest.fixture
async def pool() -> ThreadPool:
    pool = ThreadPool()
    asyncio.get_running_loop().set_default_executor(pool)
    return pool


class Memory:
    """A memory that is away, so that a run waits for its model alone."""

    def open(self, *_: Any, **__: Any) -> Any:
        raise MemoryUnavailableError(detail="away")


class Gateway:
    """A Gateway without tools."""

    unavailable_tools = None

    async def tools(self) -> list[Any]:
        return []


async def test_runs_that_wait_for_the_model_hold_no_thread(pool: ThreadPool) -> None:
    waiting, go_on = list[str](), asyncio.Event()

    async def wait(_: Messages) -> None:
        waiting.append("run")
        await go_on.wait()

    factory = AgentFactory(
        model=TestModel(wait),
        gateway=cast("Any", Gateway()),
        memory=cast("Any", Memory()),
        client_accounts=cast("Any", None),
        policies=cast("Any", SimpleNamespace(look_ahead=lambda: None)),
        run_limits=RunLimits(tool_calls=5, tokens=10_000, seconds=120),
    )
    assistant, caller = Assistant(factory), Caller("s-alice", frozenset({"bizassist-users"}))

    async def run() -> str:
        asked = RunAgentInput(**run_input("Hello", thread()))
        return [event.type.value async for event in assistant.run(asked, caller)][-1]

    runs = [asyncio.create_task(run()) for _ in range(MANY)]
    await until(lambda: len(waiting) == MANY)

    assert pool.used == 0
    go_on.set()
    assert await asyncio.gather(*runs) == ["RUN_FINISHED"] * MANY


async def test_runs_that_wait_for_bedrock_leave_threads_to_the_rest(
    pool: ThreadPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    model: Any = providers.model(ModelChoice("bedrock:any"))
    let_go = threading.Event()

    def blocked(callback: Callable[..., None], *_: Any) -> None:
        assert let_go.wait(120)
        callback()

    monkeypatch.setattr(model, "_stream", blocked)

    async def ask() -> int:
        return len([event async for event in model.stream([])])

    runs = [asyncio.create_task(ask()) for _ in range(RUNS)]
    try:
        await until(lambda: pool.used == RUNS)
        async with asyncio.timeout(60):
            await asyncio.gather(*(asyncio.to_thread(str) for _ in range(RUNS)))
        assert pool.used == RUNS
    finally:
        let_go.set()
    assert await asyncio.gather(*runs) == [0] * RUNS
