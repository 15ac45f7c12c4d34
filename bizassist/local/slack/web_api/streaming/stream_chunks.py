"""The chunks of a stream: text, tasks with their state, blocks; and the message that they make."""

from copy import deepcopy
from typing import Any

from bizassist.local.slack.block_kit.blocks import checked
from bizassist.local.slack.block_kit.data_blocks import TASK_STATES
from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.web_api.arguments import Arguments
from bizassist.local.slack.workspace import Block

Chunk = dict[str, Any]


def checked_chunks(given: Arguments) -> list[Chunk]:
    """``chunks`` as Slack takes them (https://docs.slack.dev/messaging/sending-and-scheduling-messages#text-streaming).

    :raises SlackError: ``invalid_chunks``, ``invalid_blocks``.
    """
    chunks = given.objects("chunks", "invalid_chunks")
    for chunk in chunks:
        _check(chunk)
    return chunks


def _check(chunk: Chunk) -> None:
    match chunk.get("type"):
        case "markdown_text" if isinstance(chunk.get("text"), str):
            return
        case "plan_update" if chunk.get("title"):
            return
        case "blocks":
            checked(chunk.get("blocks"))
            return
        case "task_update" if chunk.get("id") and chunk.get("title"):
            if chunk.get("status") in TASK_STATES and all(map(_names_page, _sources(chunk))):
                return
    raise SlackError("invalid_chunks")


def _sources(chunk: Chunk) -> list[Any]:
    sources = chunk.get("sources") or []
    if not isinstance(sources, list):
        raise SlackError("invalid_chunks")
    return sources


def _names_page(source: Any) -> bool:
    return isinstance(source, dict) and source.get("type") == "url" and bool(source.get("url"))


def grow(blocks: list[Block], chunks: list[Chunk]) -> list[Block]:
    """The blocks of a message that had ``blocks`` after ``chunks``: tasks where they began."""
    grown = deepcopy(blocks)
    for chunk in chunks:
        match chunk["type"]:
            case "markdown_text":
                if not (grown and grown[-1]["type"] == "markdown"):
                    grown.append({"type": "markdown", "text": ""})
                grown[-1]["text"] += chunk["text"]
            case "task_update":
                _put_task(grown, chunk)
            case "blocks":
                grown += chunk["blocks"]
    return [block for block in grown if block.get("text") != ""]


def _put_task(blocks: list[Block], chunk: Chunk) -> None:
    card: Block = {
        "type": "task_card",
        "task_id": chunk["id"],
        "title": chunk["title"],
        "status": chunk["status"],
        **({"sources": chunk["sources"]} if chunk.get("sources") else {}),
    }
    for name in ("details", "output"):
        if chunk.get(name):
            card[name] = rich_text(chunk[name])
    known = [block for block in blocks if block.get("task_id") == chunk["id"]]
    if known:
        known[0].update(card)
    else:
        blocks.append(card)


def rich_text(text: str) -> Block:
    """A text as the one entity that a task card takes."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def size(blocks: list[Block]) -> int:
    """Bytes of a streamed message as Slack seems to weigh them."""
    return sum(map(_weight, blocks)) if any(b["type"] == "markdown" for b in blocks) else 0


def _weight(block: Block) -> int:
    if block["type"] == "markdown":
        return len(block["text"].encode())
    told = [block[name] for name in ("details", "output") if name in block]
    texts = [e["text"] for t in told for part in t["elements"] for e in part["elements"]]
    return len(str(block.get("title", "")).encode()) + 2 * sum(len(t.encode()) for t in texts)
