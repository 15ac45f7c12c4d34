"""Why an answer is as it is, as a card that a button of a form opens.

"Action.ShowCard" (adaptivecards.io/explorer). Everything is a plain run of text, in which nothing
is a link or a mention; a source leads to where the answer itself may lead.
"""

import json
from collections.abc import Iterable, Iterator

from bots.answer.explanation.run_explanation import Explanation, ToolUse
from bots.answer.sources import Source
from bots.teams.outgoing.bot_connector import Json

WHY = "Why this answer?"
LONGEST_LINE = 400
LARGEST = 20 * 1024
"""Bytes of the card's lines: with the form around it Teams takes 28 KB."""

Line = tuple[str, str]
"""Words, and where they lead: empty for nowhere."""


def button(explanation: Explanation) -> Json:
    """What opens the card."""
    blocks = list(_fitting(_block(*line) for line in _lines(explanation)))
    if explanation.trace_id:
        blocks.append(_block(f"Trace {explanation.trace_id}, for your administrator.", ""))
    card = {"type": "AdaptiveCard", "body": blocks}
    return {"type": "Action.ShowCard", "title": WHY, "card": card}


def _fitting(blocks: Iterable[Json]) -> Iterator[Json]:
    left = LARGEST
    for block in blocks:
        left -= len(json.dumps(block))
        if left < 0:
            yield _block("…", "")
            return
        yield block


def _lines(explanation: Explanation) -> Iterator[Line]:
    yield from _part("Tools", map(_told, explanation.tools), "No tool was used.")
    if explanation.memories:
        remembered = (f"• {one.text} ({one.readable_kind})" for one in explanation.memories)
        yield from _part("What I remembered of you", remembered)
    yield "Sources", ""
    for number, source in enumerate(explanation.sources, 1):
        yield _source(number, source)
    if not explanation.sources:
        yield "It names no source.", ""


def _part(title: str, told: Iterable[str], none: str = "") -> Iterator[Line]:
    yield title, ""
    for line in list(told) or [none]:
        yield line, ""


def _told(tool: ToolUse) -> str:
    given = "; ".join(f"{name}: {value}" for name, value in tool.readable_arguments.items())
    return f"• {tool.readable}: {tool.outcome}" + (f" ({given})" if given else "")


def _source(number: int, source: Source) -> Line:
    where = f", {source.section}" if source.section else ""
    return f"[{number}] {source.title}{where}", source.url or ""


def _block(text: str, url: str) -> Json:
    shown = text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}…"
    run: Json = {"type": "TextRun", "text": shown}
    if url:
        run["selectAction"] = {"type": "Action.OpenUrl", "url": url}
    return {"type": "RichTextBlock", "inlines": [run]}
