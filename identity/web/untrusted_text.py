"""Text from outside made harmless: no control characters, no turned direction, no endless names."""

from markupsafe import Markup, escape

LONGEST_NAME = 80
"""Characters; a name of any length could push what matters off the screen."""

BIDI = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], None)
"""Directional controls (Unicode UAX #9); in a name they make a reader see another one."""


def single_line(text: str) -> str:
    """Text from outside on one line, without control characters, at most a line long."""
    kept = "".join(c if c.isprintable() or c == "\u200d" else " " for c in text.translate(BIDI))
    line = " ".join(kept.split())
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1] + "…"


def multi_line(text: str) -> str:
    """Text from outside of any length, its lines kept, without other control characters."""
    lines = text.translate(BIDI).splitlines()
    kept = ("".join(c if c.isprintable() or c == "\u200d" else " " for c in line) for line in lines)
    return "\n".join(kept)


def isolated_name(text: str) -> Markup:
    """A name from outside: harmless, and isolated from the direction of what surrounds it."""
    return Markup("<bdi>{}</bdi>").format(escape(single_line(text)))
