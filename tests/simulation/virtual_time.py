"""The product's clocks, told by the simulation's."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Self
from unittest.mock import patch

from bots.answer.markdown import splitting
from bots.slack.outgoing.answer.final_blocks import text_blocks
from bots.slack.outgoing.answer.stepped_draft import settled_text
from bots.slack.outgoing.message import content

EPOCH = 1_800_000_000.0
"""When every simulation begins, in seconds since 1970."""

_MODULES_WITH_TIME = (
    "bots.queue.consumer",
    "bots.queue.heartbeat",
    "bots.queue.retry_policy",
    "bots.turn.ledger",
    "bots.turn.decision_and_stop",
    "bots.paused_workspaces.held_rows",
    "bots.workspace_rules.daily_question_count",
    "bots.workspace_rules.daily_token_usage",
)
_MODULES_WITH_DATETIME = (
    "bots.turn.ledger",
    "bots.turn.waiting_questions",
    "bots.paused_workspaces.held_rows",
    "bots.paused_workspaces.held_turn_requeueing",
    "bots.answer.delay_sentences",
    "identity.workspaces.pauses",
)


MOST_KNOWN = 20_000
"""Texts of each kind: many seeds show the same ones, and to render one takes milliseconds."""


@lru_cache(maxsize=MOST_KNOWN)
def _split(markdown: str, limit: int) -> tuple[str, ...]:
    return tuple(splitting.split(markdown, limit))


def split(markdown: str, limit: int) -> list[str]:
    """The product's, once for each text."""
    return list(_split(markdown, limit))


_RENDERED: Mapping[str, Callable[..., object]] = {
    "bots.answer.answer_messages.split": split,
    "bots.slack.outgoing.answer.answer_channel.split": split,
    "bots.slack.outgoing.answer.answer_channel.content": (known := lru_cache(MOST_KNOWN)(content)),
    "bots.slack.outgoing.answer.final_blocks.content": known,
    "bots.slack.outgoing.answer.final_blocks.text_blocks": lru_cache(MOST_KNOWN)(text_blocks),
    "bots.slack.outgoing.answer.stepped_draft.settled_text": lru_cache(MOST_KNOWN)(settled_text),
}
"""What the product renders with; nothing that it has made is changed afterwards."""


class _Time:
    """In place of the module ``time``."""

    def time(self) -> float:
        return now()

    def time_ns(self) -> int:
        return int(now() * 1_000_000_000)


class _Datetime(datetime):
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls.fromtimestamp(now(), tz or UTC)


def now() -> float:
    """Seconds since 1970 in the simulation that runs."""
    return EPOCH + asyncio.get_running_loop().time()


@contextmanager
def virtual_time() -> Iterator[None]:
    """Let the product ask the simulation's clock, and wait for a queue as long as SQS does."""
    with ExitStack() as stack:
        for module in _MODULES_WITH_TIME:
            stack.enter_context(patch(f"{module}.time", _Time()))
        for module in _MODULES_WITH_DATETIME:
            stack.enter_context(patch(f"{module}.datetime", _Datetime))
        for module in ("settings", "pauses"):
            stack.enter_context(patch(f"identity.workspaces.{module}.monotonic", now))
        stack.enter_context(patch("bots.queue.consumer.LONG_POLL", 20))
        for name, render in _RENDERED.items():
            stack.enter_context(patch(name, render))
        yield
