"""What is new in a draft, as the chunks of a stream."""

from collections.abc import Sequence
from typing import Any

from bots.slack.outgoing.answer.run_steps import FIRST, Step

LONGEST_TITLE = 100
MOST_SOURCES = 5

Chunk = dict[str, Any]


def task(step: Step, marker: str) -> Chunk:
    """A step as a ``task_update`` (https://docs.slack.dev/reference/methods/chat.appendStream).

    :param marker: the id of the first, by which the stream is found again.
    """
    chunk: Chunk = {
        "type": "task_update",
        "id": task_id(step, marker),
        "title": step.title[:LONGEST_TITLE],
        "status": step.status,
    }
    sources = pages(step)
    return {**chunk, "sources": sources} if sources else chunk


def card(step: Step, marker: str) -> Chunk:
    """The same as the block that stays with the answer (…/blocks/task-card-block)."""
    chunk = task(step, marker)
    return {"type": "task_card", "task_id": chunk.pop("id"), **(chunk | {"type": "task_card"})}


def task_id(step: Step, marker: str) -> str:
    """A step's id in Slack."""
    return marker if step.id == FIRST else step.id


def pages(step: Step) -> list[Chunk]:
    """The pages that a step has found, as url sources."""
    linked = [(source.url, source.title) for source in step.sources if source.url]
    return [
        {"type": "url", "url": url, "text": title[:LONGEST_TITLE]}
        for url, title in linked[:MOST_SOURCES]
    ]


def new_chunks(
    steps: Sequence[Step], known: dict[str, Step], text: str, marker: str
) -> list[Chunk]:
    """What has changed: known steps, then text, then steps that began after it."""
    changed = [step for step in steps if known.get(step.id) != step]
    old = [task(step, marker) for step in changed if step.id in known]
    begun = [task(step, marker) for step in changed if step.id not in known]
    return [*old, *([{"type": "markdown_text", "text": text}] if text else []), *begun]


def weight(steps: Sequence[Step], text: str) -> int:
    """Bytes of a streamed message, as Slack seems to count them (openclaw/openclaw#143882)."""
    told = sum(len(step.title[:LONGEST_TITLE].encode()) for step in steps)
    found = sum(len(str(page).encode()) for step in steps for page in pages(step))
    return told + 2 * found + len(text.encode())
