"""A long answer in pieces that one message each can carry."""

from wcwidth import grapheme_boundary_before

LONGEST_FENCE = 20
# What cutting a code block adds: its end to this piece, its beginning to the next.
ROOM = LONGEST_FENCE + 5
_BREAKS = ("\n\n", "\n", ". ", "。", " ")


def split(text: str, limit: int) -> list[str]:
    """``text`` in pieces of at most ``limit`` bytes of UTF-8, cut where a reader would pause.

    A code block that is cut ends in its piece and begins again in the next one.

    :raises ValueError: when ``limit`` leaves no room for a piece.
    """
    if limit <= ROOM:
        raise ValueError(f"a piece has more than {ROOM} bytes")
    pieces = []
    while _size(text) > limit:
        room = len(clipped(text, limit - ROOM))
        cut = next((end for end in (_last(text, mark, room) for mark in _BREAKS) if end), room)
        piece, text = text[:cut].rstrip(), text[cut:].lstrip("\n ")
        if fence := _open_fence(piece):
            piece, text = f"{piece}\n```", f"{fence}\n{text}"
        pieces.append(piece)
    return [piece for piece in (*pieces, text) if piece]


def clipped(text: str, limit: int) -> str:
    """As much of ``text`` from its beginning as ``limit`` bytes of UTF-8 hold, in whole graphemes.

    A single grapheme that is longer is cut between two of its characters.
    """
    if _size(text) <= limit:
        return text
    fits = len(text[:limit].encode(errors="replace")[:limit].decode(errors="ignore"))
    return text[: grapheme_boundary_before(text, fits + 1) or fits]


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))


def _open_fence(piece: str) -> str:
    """The line that opened a code block which ``piece`` doesn't close, empty where none is open."""
    fences = [line for line in piece.splitlines() if line.startswith("```")]
    return clipped(fences[-1], LONGEST_FENCE) if len(fences) % 2 else ""


def _last(text: str, mark: str, limit: int) -> int:
    """The end of the last ``mark`` in the latter half of the piece, 0 where there is none."""
    found = text.rfind(mark, limit // 2, limit)
    return found + len(mark) if found >= 0 else 0
