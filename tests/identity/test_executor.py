"""Blocking calls run beside the event loop."""

import asyncio
import threading
import time
from contextvars import ContextVar

import pytest

from identity.executor import Executor
from tests.some import some

who = ContextVar("who", default="nobody")


async def test_the_loop_goes_on_while_a_call_blocks(execute: Executor) -> None:
    begun = time.perf_counter()
    await asyncio.gather(*(execute(time.sleep, 0.1) for _ in range(8)))
    assert time.perf_counter() - begun < 0.4
    assert await execute(threading.get_ident) != threading.get_ident()


async def test_arguments_results_and_errors_pass(execute: Executor) -> None:
    assert await execute(int, "ff", base=16) == 255
    with pytest.raises(ValueError, match="invalid literal"):
        await execute(int, "x")


async def test_a_call_sees_its_callers_context(execute: Executor) -> None:
    who.set("alice")
    assert await execute(who.get) == "alice"


async def test_nothing_of_a_cancelled_caller_is_under_way_any_more(execute: Executor) -> None:
    begun, go_on, written = threading.Event(), threading.Event(), list[str]()

    def write() -> None:
        begun.set()
        go_on.wait(10)
        written.append("late")

    caller = asyncio.create_task(execute(write))
    await execute(begun.wait, 10)
    caller.cancel()
    await asyncio.sleep(0)
    assert not caller.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert written == ["late"]


async def test_closing_ends_its_threads() -> None:
    executor = Executor(2)
    await executor(time.sleep, 0)
    executor.close()
    assert not [
        t for t in some(threading.enumerate()) if t in executor._threads._threads and t.is_alive()
    ]
    with pytest.raises(RuntimeError):
        await executor(time.sleep, 0)
