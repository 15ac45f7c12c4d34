"""Text measured in bytes, as the platforms do, and clipped to so many."""

from wcwidth import grapheme_boundary_before


def clipped(text: str, limit: int) -> str:
    """As much of ``text`` from its beginning as ``limit`` bytes of UTF-8 hold, in whole graphemes.

    A single grapheme that is longer is cut between two of its characters.
    """
    if size(text) <= limit:
        return text
    fits = len(text[:limit].encode(errors="replace")[:limit].decode(errors="ignore"))
    return text[: grapheme_boundary_before(text, fits + 1) or fits or 1]


def size(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text.encode(errors="replace"))
