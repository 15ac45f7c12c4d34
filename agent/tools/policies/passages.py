"""Cuts a document into passages: by its headings, in a PDF by its pages as well."""

import re
import textwrap
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from markdown_it import MarkdownIt
from markdown_it.token import Token

from agent.errors import PolicyUnreadableError
from agent.tools.policies.pdf_pages import MOST_CHARACTERS, Pdf, PdfError, pages

LONGEST = 1_200
"""Characters of a passage: a few paragraphs, enough to answer from."""
LONGEST_NAME = 150
FRONT_MATTER = re.compile(r"\A---\r?\n.*?\n---\s*\n", re.DOTALL)
MADE_BY = re.compile(r"^Microsoft Word - |\.(?:docx?|odt|pdf)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a document that can be read and cited alone.

    :param section: the headings above it, or its page; None for what stands before the first one.
    """

    title: str
    section: str | None
    text: str


def passages(name: str, content: bytes) -> list[Passage]:
    """The passages of a document, in its order; blocks while a PDF is read.

    :param name: its path, which says what it is, and its title when it has none.
    :raises PolicyUnreadableError: when there is nothing in it that can be read.
    """
    named = _clean(re.sub(r"[-_]+", " ", PurePosixPath(name).stem)).capitalize()
    if PurePosixPath(name).suffix.lower() == ".pdf":
        try:
            found = list(_of_pdf(named, pages(content)))
        except PdfError as error:
            raise PolicyUnreadableError(str(error)) from None
    else:
        found = list(_of_markdown(named, content))
    if not found:
        raise PolicyUnreadableError("there is no text in it")
    return found


def _of_markdown(named: str, content: bytes) -> Iterator[Passage]:
    text = FRONT_MATTER.sub("", content.decode("utf-8-sig", "replace"))
    if len(text) > MOST_CHARACTERS:
        raise PolicyUnreadableError(f"it has more than {MOST_CHARACTERS:,} characters")
    title, path, body = "", [""] * 6, list[str]()
    for level, block in _blocks(text):
        if not level:
            body.append(block)
            continue
        yield from _cut(title or named, ": ".join(filter(None, path)), "\n\n".join(body))
        body.clear()
        path[level - 1 :] = [block, *[""] * (6 - level)]
        if not title:
            title, path = block, [""] * 6
    yield from _cut(title or named, ": ".join(filter(None, path)), "\n\n".join(body))


def _blocks(text: str) -> Iterator[tuple[int, str]]:
    """Headings with their level, and what stands between them with level 0; no HTML."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    lines = text.splitlines()
    for place, token in enumerate(tokens):
        if token.level or not token.map or token.type == "html_block":
            continue
        if token.type == "heading_open":
            yield int(token.tag[1]), _clean(_plain(tokens[place + 1]))
        else:
            yield 0, "\n".join(lines[token.map[0] : token.map[1]])


def _plain(heading: Token) -> str:
    return "".join(part.content for part in heading.children or () if part.type != "html_inline")


def _of_pdf(named: str, pdf: Pdf) -> Iterator[Passage]:
    title = _clean(MADE_BY.sub("", pdf.title)) or named
    heading = ""
    for number, (text, headings) in enumerate(zip(pdf.pages, pdf.headings, strict=True), 1):
        awaited = [_clean(entry) for entry in headings]
        body: list[str] = []
        for line in text.splitlines():
            if _clean(line) not in awaited:
                body.append(line)
                continue
            yield from _cut(title, _on_page(heading, title, number), "\n".join(body))
            body.clear()
            heading = _clean(line)
            awaited.remove(heading)
        yield from _cut(title, _on_page(heading, title, number), "\n".join(body))


def _on_page(heading: str, title: str, number: int) -> str:
    return f"page {number}" if heading in {"", title} else f"{heading}, page {number}"


def _cut(title: str, section: str, text: str) -> Iterator[Passage]:
    """A section in pieces of at most :data:`LONGEST` characters, cut between its paragraphs."""
    piece = ""
    for part in _paragraphs(text):
        if piece and len(piece) + len(part) > LONGEST:
            yield Passage(title, section or None, piece)
            piece = ""
        piece = f"{piece}\n\n{part}" if piece else part
    if piece:
        yield Passage(title, section or None, piece)


def _paragraphs(text: str) -> Iterator[str]:
    for part in re.split(r"\n\s*\n", text):
        stripped = part.strip()
        yield from [stripped] if len(stripped) <= LONGEST else textwrap.wrap(stripped, LONGEST)


def _clean(name: str) -> str:
    """A heading as one short line of visible characters."""
    visible = (char for char in name if unicodedata.category(char)[0] != "C" or char.isspace())
    return textwrap.shorten(" ".join("".join(visible).split()), LONGEST_NAME, placeholder="…")
