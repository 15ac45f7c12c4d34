"""Finds what an answer is based on: the sources that tools name in their results, each once."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from ag_ui.core import BaseEvent, CustomEvent, ToolCallResultEvent, ToolCallStartEvent

EVENT = "bizassist.source"
"""Name of the custom event; its value has ``tool``, ``title``, ``section``, ``url``.

Where the result quotes what it says there, ``passage`` has that.
"""
MOST = 20
LONGEST_NAME = 200
LONGEST_PASSAGE = 1_500
"""Characters; what a person reads to see whether the answer is right."""
LONGEST_URL = 2_000

Named = tuple[str, str | None, str | None]
"""Title, section and address."""


class Sources:
    """The sources of one run. What a result says of them is data: only its shape is trusted."""

    def __init__(self) -> None:
        self._tools: dict[str, str] = {}
        self._sent: set[Named] = set()

    def new_in(self, event: BaseEvent) -> Iterator[CustomEvent]:
        """What to send after an event: a source for each that a tool's result is the first to name.

        A result names them as ``sources``, each with ``title``, ``section`` and ``url``; pages of
        the web are named as ``results``, each with ``title``, ``address`` and ``source``, its site.
        What they say stands in ``excerpts`` (``title``, ``section``, ``excerpt``), in ``passages``
        of a ``document`` (``section``, ``text``), and in a page's ``snippet``.
        """
        if isinstance(event, ToolCallStartEvent):
            self._tools[event.tool_call_id] = event.tool_call_name
        if isinstance(event, ToolCallResultEvent):
            yield from self.new_of(self._tools.get(event.tool_call_id, ""), event.content)

    def new_of(self, tool: str, content: object) -> Iterator[CustomEvent]:
        """The same for the content of one result of a tool."""
        for source, passage in _sources_in(content):
            if len(self._sent) < MOST and source not in self._sent:
                self._sent.add(source)
                title, section, url = source
                value = {"tool": tool, "title": title, "section": section, "url": url}
                said = {"passage": passage} if passage else {}
                yield CustomEvent(name=EVENT, value=value | said)


def _sources_in(content: object) -> Iterator[tuple[Named, str]]:
    """The sources that a result names, each with what it says there; that may be empty."""
    try:
        result = json.loads(content) if isinstance(content, str) else None
    except (ValueError, RecursionError):
        return
    said = _passages_in(result)
    for entry in _entries(result, "sources"):
        title, section = _name(entry.get("title")), _name(entry.get("section"))
        if title:
            yield (title, section, _url(entry.get("url"))), said.get((title, section), "")
    for page in _entries(result, "results"):
        title, url = _name(page.get("title")), _url(page.get("address"))
        if title and url:
            yield (title, _name(page.get("source")), url), _passage(page.get("snippet"))


def _passages_in(result: object) -> Mapping[tuple[str | None, str | None], str]:
    """What is quoted, by the title and the section that it stands in."""
    quoted = [
        *((one.get("title"), one, one.get("excerpt")) for one in _entries(result, "excerpts")),
        *((_document(result), one, one.get("text")) for one in _entries(result, "passages")),
    ]
    said: dict[tuple[str | None, str | None], str] = {}
    for title, entry, text in quoted:
        place = (_name(title), _name(entry.get("section")))
        said[place] = "\n\n".join(filter(None, [said.get(place), _passage(text)]))
    return {place: text[:LONGEST_PASSAGE] for place, text in said.items()}


def _document(result: object) -> object:
    return result.get("document") if isinstance(result, dict) else None


def _entries(result: Any, key: str) -> list[Mapping[str, Any]]:
    listed = result.get(key) if isinstance(result, dict) else None
    entries = listed if isinstance(listed, list) else []
    return [entry for entry in entries if isinstance(entry, dict)]


def _name(value: object) -> str | None:
    words = " ".join(value.split()) if isinstance(value, str) else ""
    return words[:LONGEST_NAME] or None


def _passage(value: object) -> str:
    return value.strip()[:LONGEST_PASSAGE] if isinstance(value, str) else ""


def _url(value: object) -> str | None:
    """The address where it is one of the web, encrypted; anything else is no source to follow."""
    if not isinstance(value, str) or len(value) > LONGEST_URL:
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    visible = value.isprintable() and " " not in value
    return value if visible and parts.scheme == "https" and parts.hostname else None
