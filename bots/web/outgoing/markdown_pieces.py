"""Long Markdown cut into pieces that can be rendered one by one, so that each costs little. Pure.

A piece ends where a block begins, as far as that can be told line by line; where one block is
longer than a piece it is cut all the same, a fenced one with its fence around each part.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LARGEST_PIECE = 4_000
"""Characters; what is shorter is rendered whole."""
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_BEGINS_BLOCK = re.compile(r"[^\s\-+*\d]")
"""A line after an empty one that begins so continues no list."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Markdown that stands for itself, and how many characters of the text it has used.

    :param fence: the line that opens the code in the midst of which the piece ends; empty if none.
    """

    markdown: str
    used: int
    fence: str


def first_piece(text: str, fence: str = "") -> Piece | None:
    """What of a text that still grows will not change any more; None where it is short.

    :param fence: that of the piece before.
    """
    if len(text) <= LARGEST_PIECE:
        return None
    window, open_fence, place = text[:LARGEST_PIECE], fence, 0
    safe, line_end, fence_there, was_empty = 0, 0, fence, False
    for line in window.splitlines(keepends=True):
        if place and was_empty and not open_fence and _BEGINS_BLOCK.match(line):
            safe = place
        open_fence = _after(line, open_fence)
        place += len(line)
        was_empty = not line.strip()
        if line.endswith("\n"):
            line_end, fence_there = place, open_fence
    if safe:
        return Piece(_fenced(text[:safe], fence, ""), safe, "")
    end = line_end or window.rfind(" ") + 1 or LARGEST_PIECE
    kept = fence_there if line_end else fence
    return Piece(_fenced(text[:end], fence, kept), end, kept)


def pieces(text: str) -> Iterator[str]:
    """All of a text, piece by piece."""
    start, fence = 0, ""
    while piece := first_piece(text[start : start + LARGEST_PIECE + 1], fence):
        yield piece.markdown
        start, fence = start + piece.used, piece.fence
    if rest := text[start:]:
        yield _fenced(rest, fence, "")


def _after(line: str, fence: str) -> str:
    """The fence that is open after a line, by what was open before it."""
    found = _FENCE.match(line)
    if not found:
        return fence
    if not fence:
        return line.rstrip("\n") + "\n"
    known = _FENCE.match(fence)
    opened = known[1] if known else ""
    closes = found[1].startswith(opened) and not line[found.end() :].strip(" \t`~\n")
    return "" if closes else fence


def _fenced(text: str, before: str, after: str) -> str:
    end = _FENCE.match(after)
    return f"{before}{text}" + (f"\n{end[1]}" if end else "")
