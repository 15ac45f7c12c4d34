"""A call that shows something: not begun without the lease, and not left on its way."""

import asyncio

import pytest

from bots.answer.shown_call import shown
from bots.errors import Superseded
from tests.bots.receipt import Held, Over


async def test_what_is_somebody_elses_is_not_begun() -> None:
    called = list[str]()

    async def call() -> None:
        called.append("called")

    with pytest.raises(Superseded):
        await shown(Over(), call)
    assert called == []


async def test_a_stopping_process_waits_for_what_it_has_sent() -> None:
    sent, answered, arrived = asyncio.Event(), asyncio.Event(), list[str]()

    async def call() -> None:
        sent.set()
        await answered.wait()
        arrived.append("arrived")

    showing = asyncio.create_task(shown(Held(), call))
    await sent.wait()
    showing.cancel()
    await asyncio.sleep(0)
    assert not showing.done()
    answered.set()
    with pytest.raises(asyncio.CancelledError):
        await showing
    assert arrived == ["arrived"]
