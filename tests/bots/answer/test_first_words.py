"""First words are shown when they are there: no pace holds them up.

Time is virtual here: what is compared is counted by a clock that nobody's machine moves.
"""

import asyncio
import random
from typing import ClassVar

import pytest
from ag_ui.core import (
    BaseEvent,
    TextMessageContentEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from bots.answer.posted_answer import PostedAnswer
from tests.bots.receipt import MemoryReceipt
from tests.simulation.clock import simulate
from tests.some import some

POSTING = 0.2
"""Seconds that a post takes."""
WORDS = "The warranty is active."


class SlowChannel:
    """Takes its time to post, and notes when it shows what."""

    limit: ClassVar = 3_000
    finds_posts: ClassVar = True
    edited_while_written: ClassVar[int | None] = None

    def __init__(self) -> None:
        self.shown: list[tuple[float, str]] = []

    async def post(self, part: int, markdown: str) -> str:
        await asyncio.sleep(POSTING)
        self._note(markdown)
        return str(part)

    async def update(self, message: str, markdown: str, *, final: bool) -> None:
        self._note(markdown)

    async def delete(self, message: str) -> None:
        self._note("")

    async def find(self, part: int) -> str | None:
        return None

    def stoppable(self, sentence: str) -> str:
        return sentence

    def _note(self, markdown: str) -> None:
        self.shown.append((asyncio.get_running_loop().time(), markdown))

    def first(self, words: str) -> float:
        """When these words were shown first."""
        return next(at for at, shown in some(self.shown) if words in shown)


def tool() -> list[BaseEvent]:
    return [ToolCallStartEvent(tool_call_id="1", tool_call_name="warranty___check_warranty_status")]


def said(words: str) -> BaseEvent:
    return TextMessageContentEvent(message_id="m", delta=words)


async def answered(channel: SlowChannel, *events: tuple[float, BaseEvent]) -> list[float]:
    """The moments at which the events were taken, each after its pause."""
    clock, taken = asyncio.get_running_loop().time, list[float]()
    async with PostedAnswer(channel, MemoryReceipt(), pace=1.0) as reply:
        for pause, event in events:
            await asyncio.sleep(pause)
            await reply.show(event)
            taken.append(clock())
        await asyncio.sleep(5.0)
    return taken


def test_first_words_wait_for_no_pace_after_a_status_line() -> None:
    channel = SlowChannel()
    result = ToolCallResultEvent(message_id="r", tool_call_id="1", content="active")
    events = [(0.3, tool()[0]), (0.2, result), (0.0, said(WORDS)), (0.1, said(" Until May."))]
    taken = simulate(answered(channel, *events), random.Random(1))  # noqa: S311 - not a secret

    assert channel.first("_Checking") == pytest.approx(taken[0])
    assert channel.first(WORDS) == pytest.approx(taken[2])
    assert channel.first("Until May") == pytest.approx(taken[2] + 1.0)  # from then on at the pace
