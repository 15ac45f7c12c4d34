"""Grants a person's wish about their memory: code decides what is deleted, and reads it back."""

import asyncio
import logging
import uuid
from collections.abc import AsyncGenerator
from typing import Any

from ag_ui.core import (
    BaseEvent,
    RunAgentInput,
    RunFinishedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
)
from botocore.exceptions import BotoCoreError, ClientError

from agent.errors import one_line
from agent.memory.access import ForeignMemoryError
from agent.memory.commands import AskWhat, Forget, Switch, Wish
from agent.memory.person_memory import Memories, MemoryUnavailableError, Personally
from agent.memory.text_matching import likeness, says

logger = logging.getLogger(__name__)

CLOSE = 0.5
SHOWN = 5
UNCLEAR = (
    "Do you mean everything I know about you? Then write *forget everything about me*. "
    "For one thing, write *forget that …*; *what do you know about me?* lists what there is."
)
PAUSED = (
    "Memory is paused. I don't use what I know about you and I learn nothing new; "
    "a conversation still knows its own beginning. Write *resume memory* to go on."
)
RESUMED = "Memory is on again: I use what I know about you and learn from what you tell me."
FAILED = "I couldn't reach your memory, so nothing may have changed. Please try again in a minute."
LEFT = "Not everything could be deleted yet. Please tell me again in a minute."
FRESH = (
    "Some of it was said only a moment ago and may still be on its way into my memory: "
    "ask *what do you know about me?* in a few minutes, and tell me again if it is there."
)
ELSEWHERE = "What is written in Slack, Teams or on the web page stays there."


async def granted(
    wish: Wish, memories: Memories, subject: str, run_input: RunAgentInput
) -> AsyncGenerator[BaseEvent]:
    """The run that answers a wish, without a model; it has begun already."""
    sentence = await _answer(wish, memories, subject)
    message = uuid.uuid4().hex
    yield TextMessageStartEvent(message_id=message, role="assistant")
    yield TextMessageContentEvent(message_id=message, delta=sentence)
    yield TextMessageEndEvent(message_id=message)
    yield RunFinishedEvent(thread_id=run_input.thread_id, run_id=run_input.run_id)


async def _answer(wish: Wish, memories: Memories, subject: str) -> str:
    if isinstance(wish, AskWhat):
        return UNCLEAR
    try:
        own = await asyncio.to_thread(memories.of, subject)
        return await asyncio.to_thread(_done, wish, own)
    except (BotoCoreError, ClientError, ForeignMemoryError, MemoryUnavailableError) as error:
        logger.error("a wish about memory failed: %s", one_line(f"{type(error).__name__}: {error}"))  # noqa: TRY400 - no traceback
        return FAILED


def _done(wish: Forget | Switch, own: Personally) -> str:
    if isinstance(wish, Switch):
        own.switch.turn(paused=wish.paused)
        return PAUSED if wish.paused else RESUMED
    matches = (lambda _: True) if wish.what is None else says(wish.what)
    forgotten = own.records.forget(matches)
    logger.info("forgot %d records and %d events", forgotten.records, forgotten.events)
    if not forgotten.records and not forgotten.events:
        return _nothing(wish, own)
    what = "it" if wish.what else "everything I knew about you"
    memories = _count(forgotten.records, "memory", "memories")
    exchanges = _count(forgotten.events, "saved exchange", "saved exchanges")
    sentences = [
        f"I have forgotten {what}: {memories} and {exchanges} are deleted.",
        LEFT if forgotten.left else "I looked again, and nothing of it is left.",
        FRESH if forgotten.fresh else "",
        ELSEWHERE,
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _nothing(wish: Forget, own: Personally) -> str:
    """That nothing was deleted, and what the person may have meant: they must say it exactly."""
    if wish.what is None:
        return "There is nothing to forget: I know nothing about you."
    what = wish.what
    ranked: list[tuple[float, Any]] = [
        (likeness(what, record.text), record.text) for record in own.records.known()
    ]
    near = [text for share, text in sorted(ranked, reverse=True) if share >= CLOSE][:SHOWN]
    if not near:
        return "I remember nothing that says that, so there was nothing to forget."
    listed = "\n".join(f"- forget that {text}" for text in near)
    return f"Nothing I remember says exactly that, so I deleted nothing. Did you mean:\n\n{listed}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
