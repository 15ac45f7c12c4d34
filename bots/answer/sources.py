"""What an answer is based on, as the agent names it, and how it is written below an answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from ag_ui.core import BaseEvent, CustomEvent

SOURCE = "bizassist.source"
"""Name of the agent's custom event that names one source."""
MOST = 5
LONGEST = 80
LONGEST_URL = 2_000
LONGEST_PASSAGE = 1_500
LONGEST_LINK = 400
"""Of an address in a chat: all of them together must fit a message."""
_MARKUP = re.compile(r"[\\`*_~\[\]()<>{}|#!&\n\r]+")


@dataclass(frozen=True, slots=True)
class Source:
    """A document's section, or a page of the web.

    :param url: http(s), or None.
    :param passage: what it says there, as the tool quoted it: Markdown or plain text of others.
    """

    title: str
    section: str | None = None
    url: str | None = None
    passage: str = ""


def source_of(event: BaseEvent) -> Source | None:
    """The source that an event names; None where it names none."""
    if not isinstance(event, CustomEvent) or event.name != SOURCE:
        return None
    value = event.value if isinstance(event.value, dict) else {}
    title, section = value.get("title"), value.get("section")
    if not isinstance(title, str) or not title.strip():
        return None
    passage = value.get("passage")
    return Source(
        title,
        section if isinstance(section, str) and section else None,
        web(value.get("url")),
        passage[:LONGEST_PASSAGE] if isinstance(passage, str) else "",
    )


def web(url: object) -> str | None:
    """An address that may be followed."""
    if not isinstance(url, str) or len(url) > LONGEST_URL:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname else None


def markdown(sources: Sequence[Source], *, numbered: bool = False) -> str:
    """One line for the end of an answer; empty where there are no sources.

    :param numbered: each has its number before it, from 1.
    """
    if not sources:
        return ""
    named = [
        f"[{number}] {written(source)}" if numbered else written(source)
        for number, source in enumerate(sources[:MOST], 1)
    ]
    more = len(sources) - MOST
    return f"**Sources:** {'; '.join([*named, *([f'{more} more'] if more > 0 else [])])}"


def written(source: Source) -> str:
    """One source as Markdown."""
    title = _words(source.title)
    link = quote(source.url or "", safe=_ADDRESS)
    head = f"[{title}]({link})" if 0 < len(link) <= LONGEST_LINK else title
    return f"{head} · {_words(source.section)}" if source.section else head


_ADDRESS = "%:/?#@!$&'*+,;=~-._"
"""What an address may have in Markdown as it is: no brackets, no spaces."""


def _words(text: str) -> str:
    """Text of others without what formats, links or mentions, in any chat."""
    words = " ".join(_MARKUP.sub(" ", text).split())
    return f"{words[:LONGEST].rstrip()}…" if len(words) > LONGEST else words or "untitled"
