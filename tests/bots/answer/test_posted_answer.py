"""An answer is made while its first message waits for room, and ends where that is refused."""

import asyncio
from contextlib import suppress
from typing import ClassVar

import pytest
from ag_ui.core import TextMessageContentEvent

from bots.answer.posted_answer import PostedAnswer
from bots.errors import DeliveryRefused, PlatformError, PlatformUnavailable
from tests.bots.receipt import MemoryReceipt


class SlowChannel:
    """Takes the first message when it is told to, or refuses it then."""

    limit: ClassVar = 3_000
    finds_posts: ClassVar = False
    edited_while_written: ClassVar[int | None] = None

    def __init__(self, error: PlatformError | None = None) -> None:
        self.shown: list[str] = []
        self.room = asyncio.Event()
        self._error = error

    async def post(self, part: int, markdown: str) -> str:
        await self.room.wait()
        if self._error:
            raise self._error
        self.shown.append(markdown)
        return str(part)

    async def update(self, message: str, markdown: str, *, final: bool) -> None:
        self.shown[int(message)] = markdown

    async def delete(self, message: str) -> None:
        self.shown[int(message)] = ""

    async def find(self, part: int) -> str | None:
        return None

    def stoppable(self, sentence: str) -> str:
        return sentence


def said(words: str) -> TextMessageContentEvent:
    return TextMessageContentEvent(message_id="m", delta=words)


async def test_an_answer_does_not_wait_for_its_first_message() -> None:
    channel = SlowChannel()
    async with PostedAnswer(channel, MemoryReceipt(), pace=0.01) as reply:
        await reply.show(said("All of it."))
        assert channel.shown == []
        channel.room.set()
    assert channel.shown == ["All of it."]


async def made(channel: SlowChannel, events: int) -> list[str]:
    """Make an answer of so many events, the first message of which is decided on meanwhile."""
    taken: list[str] = []
    with suppress(PlatformError):
        async with PostedAnswer(channel, MemoryReceipt(), pace=0.01) as reply:
            channel.room.set()
            for number in range(events):
                await reply.show(said(f"{number} "))
                taken.append(str(number))
                await asyncio.sleep(0)
    return taken


@pytest.mark.parametrize("error", [DeliveryRefused("is_archived"), PlatformUnavailable("down")])
async def test_an_answer_whose_first_message_fails_late_ends_at_its_next_event(
    error: PlatformError,
) -> None:
    assert len(await made(SlowChannel(error), 1_000)) < 10


async def test_a_reply_that_is_cancelled_as_it_begins_leaves_nothing_under_way() -> None:
    before = asyncio.all_tasks()
    reply = asyncio.create_task(PostedAnswer(SlowChannel(), MemoryReceipt(), 0.01).__aenter__())
    await asyncio.sleep(0.01)
    reply.cancel()
    await asyncio.wait([reply])
    assert reply.cancelled()
    assert asyncio.all_tasks() == before


async def test_a_first_message_that_is_refused_at_once_begins_no_answer() -> None:
    channel = SlowChannel(DeliveryRefused("is_archived"))
    channel.room.set()
    with pytest.raises(DeliveryRefused):
        async with PostedAnswer(channel, MemoryReceipt(), pace=0.01):
            pytest.fail("an answer was begun")
