"""Blocking calls of one kind hold up no other kind, and whoever waits for the model holds none."""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, cast

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from bizassist.thread_pools import HEARTBEATS, WORK, ThreadPools
from bots.platform import Accepted, Audience, Lease
from bots.queue import heartbeat
from bots.queue.service import POLLS, QueueService, QueueSettings
from bots.runtime import RunAddress, Runtime
from identity.executor import Executor
from tests.agent.local_agent import serving
from tests.some import some

HELD = 10 * (HEARTBEATS + 2)
"""Events: more batches of heartbeats than there are threads for them."""


class Sqs:
    """A queue whose calls hang while they are told to."""

    def __init__(self) -> None:
        self.hanging = threading.Event()
        self.renewed = 0
        self.deleted: list[str] = []
        self._let_go = threading.Event()
        self._numbers = iter(range(HELD))

    def let_go(self) -> None:
        self.hanging.clear()
        self._let_go.set()

    def _hang(self) -> None:
        if self.hanging.is_set():
            assert self._let_go.wait(120)

    def receive_message(self, **asked: Any) -> Any:
        dead = asked["QueueUrl"] == "dead"
        numbers = [] if dead else list(self._next(asked["MaxNumberOfMessages"]))
        if not numbers:
            self._hang()
            time.sleep(0.05)  # a long poll in which nothing comes
        return {"Messages": [_message(number) for number in numbers]}

    def change_message_visibility_batch(self, **_: Any) -> Any:
        self._hang()
        self.renewed += 1
        return {}

    def delete_message(self, **asked: Any) -> Any:
        self.deleted.append(asked["ReceiptHandle"])
        return {}

    def _next(self, most: int) -> Iterator[int]:
        for _ in range(most):
            if (number := next(self._numbers, None)) is not None:
                yield number


def _message(number: int) -> dict[str, Any]:
    accepted = Accepted("slack", f"E{number}", f"C{number}", {}, f"U{number}")
    return {
        "MessageId": f"m{number}",
        "ReceiptHandle": f"r{number}",
        "Body": accepted.as_json(),
        "Attributes": {"MessageGroupId": f"g{number}", "SentTimestamp": str(time.time_ns())},
    }


async def until(what: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not what():  # noqa: ASYNC110 - it happens in threads
            await asyncio.sleep(0.02)


class Answers:
    """Turns that are under way until they are told to go on, each by a call of its own."""

    def __init__(self, pools: ThreadPools) -> None:
        self.begun = 0
        self.go_on = asyncio.Event()
        self._pools = pools

    async def answer(self, accepted: Accepted, _: Lease) -> None:
        self.begun += 1
        await self.go_on.wait()
        await self._pools.turns(time.sleep, 0)

    async def give_up(self, accepted: Accepted) -> None:
        raise AssertionError("nothing is given up here")


@asynccontextmanager
async def answering(pools: ThreadPools, sqs: Sqs, answers: Answers) -> AsyncIterator[None]:
    settings = QueueSettings("inbox", "dead", HELD + 10)  # so that it asks for more
    async with (
        QueueService.open(settings, cast("Any", sqs), pools.of_queues) as queues,
        queues.consuming(answers.answer, answers.answer, answers.give_up, drain_seconds=30),
    ):
        yield


async def test_long_polls_and_heartbeats_that_hang_hold_up_no_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heartbeat, "HEARTBEAT", 0.1)
    sqs = Sqs()
    with ThreadPools.open(2) as pools:
        answers = Answers(pools)
        try:
            async with answering(pools, sqs, answers):
                await until(lambda: answers.begun == HELD)
                sqs.hanging.set()
                await until(lambda: pools.heartbeats.used > HEARTBEATS)
                await until(lambda: pools.polls.used == POLLS)
                answers.go_on.set()
                await until(lambda: len(sqs.deleted) == HELD)
                assert pools.heartbeats.used > HEARTBEATS
                sqs.let_go()
        finally:
            sqs.let_go()


@pytest.mark.parametrize("kind", ["turns", "identity", "files", "rendering", "the queue"])
async def test_calls_that_hang_hold_up_no_heartbeat_and_no_other_kind(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(heartbeat, "HEARTBEAT", 0.1)
    sqs, let_go = Sqs(), threading.Event()
    with ThreadPools.open(2) as pools:
        answers = Answers(pools)
        busy, *others = _first(kind, pools)
        hanging = [asyncio.create_task(busy(let_go.wait, 120)) for _ in range(busy.size + 1)]
        try:
            async with answering(pools, sqs, answers):
                await until(lambda: answers.begun == HELD)
                renewed = sqs.renewed
                await until(lambda: sqs.renewed > renewed + HELD)
                async with asyncio.timeout(60):
                    await asyncio.gather(*(one(time.sleep, 0) for one in some(others)))
                assert busy.used == busy.size + 1
                let_go.set()
                answers.go_on.set()
        finally:
            let_go.set()
            await asyncio.gather(*hanging)


def _first(kind: str, pools: ThreadPools) -> list[Executor]:
    by_kind = pools.by_kind()
    return [by_kind.pop(kind), *by_kind.values()]


async def test_runs_that_wait_for_the_model_hold_no_thread() -> None:
    waiting, go_on, runs = Counter[str](), asyncio.Event(), 200

    async def invoke(request: Request) -> StreamingResponse:
        async def events() -> AsyncIterator[str]:
            for kind in ("RUN_STARTED", "RUN_FINISHED"):
                yield f"data: {json.dumps({'type': kind, 'threadId': 't', 'runId': 'r'})}\n\n"
                waiting[kind] += 1
                await go_on.wait()

        await request.body()
        return StreamingResponse(events(), media_type="text/event-stream")

    async def run(runtime: Runtime, number: int) -> int:
        address = RunAddress("s" * 40, "t" * 40, f"r{number}")
        events = runtime.invoke(address, "?", "token", audience=Audience.ALONE)
        return len([event async for event in events])

    app = Starlette(routes=[Route("/runtimes/arn/invocations", invoke, methods=["POST"])])
    async with AsyncExitStack() as stack:
        pools = stack.enter_context(ThreadPools.open(2))
        url = await stack.enter_async_context(serving(app))
        limits = httpx.Limits(max_connections=runs)
        http = await stack.enter_async_context(httpx.AsyncClient(limits=limits, timeout=60))
        before = threading.active_count()
        tasks = [asyncio.create_task(run(Runtime(http, url, "arn"), n)) for n in range(runs)]
        await until(lambda: waiting["RUN_STARTED"] == runs)

        assert threading.active_count() <= before + WORK
        assert [pool.used for pool in some(pools.by_kind().values())] == [0] * 7
        async with asyncio.timeout(30):
            await asyncio.to_thread(time.sleep, 0)
        go_on.set()
        assert await asyncio.gather(*tasks) == [2] * runs
