"""What a message quotes: words of somebody else, told from those of the asker. Pure.

A quote comes as an entity ``quotedReply`` with a preview, whose place ``<quoted …/>`` marks in the
text, or as HTML beside the text: a ``blockquote`` whose ``itemtype`` ends in Reply or Forward.
"""

import html
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import chain, islice

import nh3

from bots import platform
from bots.teams.incoming.fields import objects, part, word

MOST = 10
LONGEST = 4_000
"""Characters of one quote that reach the question."""
HTML = "text/html"
LONGEST_HTML = 64_000
"""Characters of HTML of one message that are read for quotes, so that nobody keeps us busy."""
# The whole words, where Teams has them, and the beginning of them.
_WHOLE, _PREVIEW, _UNNAMED, _WRITER = "copy", "preview", "", "mri"
_QUOTES = ("/Reply", "/Forward")
_BLOCKS = frozenset({"blockquote", "br", "div", "li", "p", "tr"})
_TAG = re.compile(r"<[^<>]*>")
_WITHOUT_END = frozenset({"br"})
# Python's own parser takes minutes for what is broken on purpose, so it is given only what nh3 has
# put in order.
_READ = {"span", "strong", *_BLOCKS}
_TOLD = {"*": {"itemprop", "itemtype"}}


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's words in somebody else's message.

    :param writer: their name, empty where Teams doesn't tell.
    """

    writer: str
    words: str

    def along(self) -> platform.Quote:
        """The quote as it goes along with a question: data of somebody else."""
        said = self.words if len(self.words) <= LONGEST else f"{self.words[:LONGEST]}…"
        return platform.Quote(" ".join(self.writer.split()) or "somebody", said)


def quotes(body: Mapping[str, object]) -> list[Quote]:
    """What an activity quotes; the same words once."""
    found = chain(_of_entities(body), _of_html(body))
    return list(dict.fromkeys(islice(found, MOST)))


def message_quote(body: Mapping[str, object]) -> Quote | None:
    """The message that a message action is about (``messagePayload``, "Action commands")."""
    payload = part(part(body, "value"), "messagePayload")
    content = word(part(payload, "body"), "content")[:LONGEST_HTML]
    lines = nh3.clean(content, tags=_BLOCKS, attributes={})
    words = html.unescape(_TAG.sub("\n", lines)).replace("\N{NO-BREAK SPACE}", " ").strip()
    writer = part(part(payload, "from"), "user")
    return Quote(word(writer, "displayName").strip(), words) if words else None


def _of_entities(body: Mapping[str, object]) -> Iterator[Quote]:
    for entity in objects(body, "entities"):
        if entity.get("type") == "quotedReply":
            said = part(entity, "quotedReply")
            if words := word(said, "preview").strip():
                yield Quote(word(said, "senderName").strip(), words)


def _of_html(body: Mapping[str, object]) -> Iterator[Quote]:
    left = LONGEST_HTML
    for attachment in objects(body, "attachments"):
        content = word(attachment, "content")
        if attachment.get("contentType") == HTML and "<blockquote" in content.lower():
            parser = _Blockquotes()
            parser.feed(nh3.clean(content[:left], tags=_READ, attributes=_TOLD))
            parser.close()
            yield from parser.found
            left -= len(content)
        if left <= 0:
            return


class _Blockquotes(HTMLParser):
    """Collects the quotes of one message; a quote inside a quote is part of it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Quote] = []
        self._depth = 0
        self._kinds: list[str] = []
        self._said: defaultdict[str, list[str]] = defaultdict(list)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "blockquote":
            if self._depth or (given.get("itemtype") or "").endswith(_QUOTES):
                self._depth += 1
            if self._depth == 1:
                self._kinds, self._said = [], defaultdict(list)
        if not self._depth:
            return
        self._break(tag)
        if tag not in _WITHOUT_END:
            around = self._kinds[-1] if self._kinds else _UNNAMED
            self._kinds.append(given.get("itemprop") or around)

    def handle_endtag(self, tag: str) -> None:
        if not self._depth or tag in _WITHOUT_END:
            return
        if tag == "blockquote":
            self._depth -= 1
        if not self._depth:
            self._end()
        elif self._kinds:
            self._break(tag)
            self._kinds.pop()

    def handle_data(self, data: str) -> None:
        if self._depth:
            self._take(data)

    def _break(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._take("\n")

    def _take(self, data: str) -> None:
        self._said[self._kinds[-1] if self._kinds else _UNNAMED].append(data)

    def _end(self) -> None:
        said = {kind: "".join(words).strip() for kind, words in self._said.items()}
        kinds = (_WHOLE, _PREVIEW, _UNNAMED)
        words = next((said[kind] for kind in kinds if said.get(kind)), "")
        if words:
            self.found.append(Quote(said.get(_WRITER, ""), words))
