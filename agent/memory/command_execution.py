"""Executes a memory command: code decides what is deleted, and reads it back."""

import asyncio
import logging
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from agent.errors import AgentError, ForeignMemoryError, MemoryUnavailableError
from agent.memory.agentcore_memory import AgentCoreMemory, MemoryControls
from agent.memory.commands import Forget, MemoryCommand, SetPaused, UnclearForget
from agent.memory.text_matching import matcher, similarity
from agent.telemetry.log_redaction import one_line

logger = logging.getLogger(__name__)

SIMILAR = 0.5
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


async def execute(command: MemoryCommand, memory: AgentCoreMemory, subject: str) -> str:
    """Do what a person wants done with their memory, without a model; the answer to them."""
    if isinstance(command, UnclearForget):
        return UNCLEAR
    try:
        controls = await asyncio.to_thread(memory.controls, subject)
        return await asyncio.to_thread(_executed, command, controls)
    except (BotoCoreError, ClientError, ForeignMemoryError, MemoryUnavailableError) as error:
        detail = error.detail if isinstance(error, AgentError) else str(error)
        logger.error("a memory command failed: %s", one_line(f"{type(error).__name__}: {detail}"))  # noqa: TRY400 - no traceback
        return FAILED


def _executed(command: Forget | SetPaused, controls: MemoryControls) -> str:
    if isinstance(command, SetPaused):
        controls.pause.write(paused=command.paused)
        return PAUSED if command.paused else RESUMED
    matches = (lambda _: True) if command.what is None else matcher(command.what)
    deletion = controls.forgetting.forget(matches)
    logger.info("forgot %d records and %d events", deletion.records, deletion.events)
    if not deletion.records and not deletion.events:
        return _nothing_deleted(command, controls)
    what = "it" if command.what else "everything I knew about you"
    memories = _count(deletion.records, "memory", "memories")
    exchanges = _count(deletion.events, "saved exchange", "saved exchanges")
    sentences = [
        f"I have forgotten {what}: {memories} and {exchanges} are deleted.",
        LEFT if deletion.left else "I looked again, and nothing of it is left.",
        FRESH if deletion.fresh else "",
        ELSEWHERE,
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _nothing_deleted(command: Forget, controls: MemoryControls) -> str:
    """That nothing was deleted, and what the person may have meant: they must say it exactly."""
    if command.what is None:
        return "There is nothing to forget: I know nothing about you."
    what = command.what
    ranked: list[tuple[float, Any]] = [
        (similarity(what, record.text), record.text) for record in controls.records.all_records()
    ]
    similar = [text for share, text in sorted(ranked, reverse=True) if share >= SIMILAR][:SHOWN]
    if not similar:
        return "I remember nothing that says that, so there was nothing to forget."
    listed = "\n".join(f"- forget that {text}" for text in similar)
    return f"Nothing I remember says exactly that, so I deleted nothing. Did you mean:\n\n{listed}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
