"""What an answer costs in a chat grows with its length, and not with the square of it."""

import asyncio
import random
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, ClassVar

import pytest
from ag_ui.core import TextMessageContentEvent

from bots.answer import answer_messages
from bots.answer.markdown.splitting import split
from bots.answer.posted_answer import PostedAnswer
from bots.slack.outgoing.message import content
from bots.teams.outgoing.message import formatted
from tests.bots.receipt import MemoryReceipt
from tests.simulation.clock import simulate

PIECE, EVERY = 100, 0.1
"""Characters, and seconds between two pieces of them."""
KINDS = {
    "prose": "A **paragraph** with [a link](https://example.com/a) and `code`.\n\n- one\n- two\n\n",
    "list": "- a\n",
    "nested list": "- - - a\n",
    "numbers": "1. a\n",
    "table": "a|b\n-|-\n|",
    "quotation": ">>>>a\n",
    "brackets": "![[](",
    "code": "`a``b",
}
RENDERERS: dict[str, Callable[[str], object]] = {
    "slack": content,
    "teams": formatted,
    "pieces": lambda markdown: split(markdown, 150),
}


def of_size(kind: str, size: int) -> str:
    return (KINDS[kind] * size)[:size]


class Channel:
    """Takes every message."""

    limit: ClassVar = 3_000
    finds_posts: ClassVar = False
    edited_while_written: ClassVar[int | None] = None

    def __init__(self) -> None:
        self.shown: list[str] = []

    async def post(self, part: int, markdown: str) -> str:
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


def parsed(size: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Characters that are parsed to show one answer while it is written."""
    lengths, channel = list[int](), Channel()

    def counted(markdown: str, limit: int) -> list[str]:
        lengths.append(len(markdown))
        return split(markdown, limit)

    async def written() -> None:
        async with PostedAnswer(channel, MemoryReceipt(), pace=1.0) as reply:
            text = of_size("prose", size)
            for at in range(0, size, PIECE):
                delta = text[at : at + PIECE]
                await reply.show(TextMessageContentEvent(message_id="m", delta=delta))
                await asyncio.sleep(EVERY)

    monkeypatch.setattr(answer_messages, "split", counted)
    simulate(written(), random.Random(1))  # noqa: S311 - not a secret
    assert "".join(channel.shown).count("**paragraph**") >= size // len(KINDS["prose"])
    return sum(lengths)


def calls(render: Callable[[str], object], markdown: str) -> int:
    """Calls of functions, which are the same on every machine."""
    number = 0

    def count(_frame: FrameType, event: str, _arg: Any) -> None:
        nonlocal number
        number += event == "call"

    sys.setprofile(count)
    try:
        render(markdown)
    finally:
        sys.setprofile(None)
    return number


def test_twice_the_answer_is_twice_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    half, whole = (parsed(size, monkeypatch) for size in (16_000, 32_000))
    assert whole < 2.6 * half
    assert whole < 10 * 32_000


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_markdown_costs_the_square_of_its_length(kind: str, renderer: str) -> None:
    render = RENDERERS[renderer]
    render(of_size(kind, 400))
    short, long = (calls(render, of_size(kind, size)) for size in (400, 1_600))
    assert long < 6 * short
