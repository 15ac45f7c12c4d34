"""Answers about attached documents: which one is meant, and what a tool found in it."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from strands.types.tools import ToolSpec

from agent.errors import DocumentNotAttachedError
from agent.models.offline.tool_choice import MissingArgument, ToolCall
from agent.models.offline.wording import quoted
from agent.tools.document_tools import ANALYZE, COMPARE

TOOLS = frozenset({ANALYZE, COMPARE})
DOCUMENT = (
    r"(?:documents?|files?|attachments?|pdfs?|contracts?|agreements?|spreadsheets?|workbooks?|"
    r"presentations?|reports?|invoices?|letters?)"
)
ATTACHED = re.compile(
    rf"\b(?:attached|attachments?|uploaded)\b|\bthis {DOCUMENT}\b|"
    rf"\b(?:summari[sz]e|analy[sz]e|compare) (?:the |these |both |my )?(?:two )?{DOCUMENT}\b",
    re.IGNORECASE,
)
SUMMARY = re.compile(
    r"\b(?:summar\w*|overview|gist|tl;?dr|main points?|analy[sz]e|what is (?:this|it) about|"
    r"what(?:'s| does) (?:it|this|the \w+) (?:say|about)\??$)",
    re.IGNORECASE,
)
FIGURES = re.compile(
    r"\b(?:figures?|amounts?|numbers?|how much|percentages?|costs?|prices?|fees?)\b", re.IGNORECASE
)
DATES = re.compile(r"\b(?:dates?|deadlines?|when)\b", re.IGNORECASE)
PARTIES = re.compile(
    r"\b(?:part(?:y|ies)|who(?: is| are|'s)?|between whom|signator\w+)\b", re.IGNORECASE
)


def with_attached(
    question: str, choice: list[ToolCall] | MissingArgument | None, specs: Sequence[ToolSpec]
) -> list[ToolCall] | MissingArgument | str | None:
    """What was chosen, once it is known what is attached.

    Where no tool fits, the question is about the newest document; without any there is nothing to
    read.
    """
    names = _attached(specs)
    if names is None:
        return choice
    about_one = isinstance(choice, MissingArgument) and choice.tool in TOOLS
    if not names and (about_one or (choice is None and ATTACHED.search(question))):
        return DocumentNotAttachedError.sentence
    if choice is None and names:
        return [ToolCall(ANALYZE, {"document": names[-1], "question": question})]
    return choice


def answer(question: str, tool: str, value: dict[str, Any]) -> str:
    """What a tool found, in Markdown."""
    parts = _comparison(value) if tool == COMPARE else _analysis(question, value)
    return "\n\n".join(part for part in [*parts, quoted(value.get("note", ""))] if part)


def _attached(specs: Sequence[ToolSpec]) -> list[str] | None:
    """The names of what is attached, oldest first; None where there is no such tool."""
    for spec in specs:
        if spec["name"] == ANALYZE:
            schema = spec["inputSchema"].get("json", {})
            return list(schema.get("properties", {}).get("document", {}).get("enum", ()))
    return None


def _analysis(question: str, value: dict[str, Any]) -> Iterator[str]:
    name = f"**{quoted(value['document'])}**"
    lists = {
        FIGURES: _lines(f"Key figures in {name}:", value["key_figures"]),
        DATES: _lines(f"Dates in {name}:", value["dates"]),
        PARTIES: _names(f"Parties in {name}:", value["parties"]),
    }
    wanted = [part for asked, part in lists.items() if asked.search(question) and part]
    if SUMMARY.search(question):
        yield f"{name} in short: {quoted(value['summary'])}"
        yield from (part for part in (wanted or lists.values()))
        return
    yield from wanted
    if value["passages"]:
        lines = [f"> {quoted(one['text'])}{_section(one)}" for one in value["passages"][:2]]
        yield "\n\n".join([f"{name} says about that:", *lines])
    elif not wanted:
        yield f"I found nothing about that in {name}. In short, it says: {quoted(value['summary'])}"


def _comparison(value: dict[str, Any]) -> Iterator[str]:
    first, second = (f"**{quoted(value[name])}**" for name in ("first", "second"))
    if value["same"]:
        yield f"{first} and {second} say the same."
        return
    changed = value["changed"]
    both = f"They have {value['sentences_in_both']} sentences in common."
    yield f"{first} and {second} differ. {both}"
    if changed:
        lines = [
            f"- {quoted(one['before'])}{_section(one)}  \n  → {quoted(one['after'])}"
            for one in changed
        ]
        yield "\n".join([f"What changed from {first} to {second}:", "", *lines])
    for only, name in (("only_in_first", first), ("only_in_second", second)):
        lines = [f"- {quoted(one['text'])}{_section(one)}" for one in value[only]]
        yield "\n".join([f"Only in {name}:", "", *lines]) if lines else ""
        extra = [*value["figures"][only], *value["dates"][only]]
        yield f"Figures and dates only in {name}: {quoted(', '.join(extra))}" if extra else ""
    if value["left_out"]:
        yield f"… and {value['left_out']} more differences."


def _lines(head: str, found: Sequence[dict[str, Any]]) -> str:
    lines = [f"- **{quoted(one['what'])}**: {quoted(one['line'])}{_section(one)}" for one in found]
    return "\n".join([head, "", *lines]) if lines else ""


def _names(head: str, names: Sequence[str]) -> str:
    return "\n".join([head, "", *(f"- {quoted(name)}" for name in names)]) if names else ""


def _section(found: dict[str, Any]) -> str:
    return f" ({quoted(found['section'])})" if found.get("section") else ""
