"""Whether a text shows anything at all."""

import html
import unicodedata

_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that nobody sees, though Unicode doesn't count them as spaces or controls."""


def visible(text: str) -> bool:
    """Whether a person sees anything of ``text``: not of spaces, controls and joiners alone."""
    return any(map(_is_seen, html.unescape(text)))


def _is_seen(character: str) -> bool:
    if character in _BLANK or "\ufe00" <= character <= "\ufe0f":
        return False
    return unicodedata.category(character)[0] not in "CZ"
