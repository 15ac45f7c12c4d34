"""Paragraphs and sentences out of lines that a page has broken."""

import re
from collections.abc import Iterator

SENTENCE_END = re.compile(r"(?<=[a-z0-9)\"”%][.!?])\s+(?=[A-Z0-9\"“(])")
CLOSED = re.compile(r"[.!?:;]$")
SHORT = 0.6
"""Of the longest line: what is shorter and followed by a capital ends its paragraph."""


def sentences(text: str) -> Iterator[str]:
    """Each sentence of a text; a row of a table is one too."""
    for paragraph in paragraphs(text):
        for part in SENTENCE_END.split(paragraph):
            if sentence := part.strip():
                yield sentence


def paragraphs(text: str) -> Iterator[str]:
    """A text's paragraphs, each on one line."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    broad = SHORT * max((len(line) for line in lines), default=0)
    gathered: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        gathered.append(line)
        if _ends(line, following, broad):
            yield " ".join(gathered).strip()
            gathered = []


def _ends(line: str, following: str, broad: float) -> bool:
    if not following or "|" in line or "; " in line or CLOSED.search(line):
        return True
    starts = following[0].isupper() or not following[0].isalnum()
    return len(line) < broad and starts
