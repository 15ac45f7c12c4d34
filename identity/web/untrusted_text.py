"""Text from outside made harmless: what can't be seen is shown, no name is endless."""

from unicodedata import category

from markupsafe import Markup, escape

LONGEST_NAME = 80
"""Characters; a name of any length could push what matters off the screen."""

BIDI = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], None)
"""Directional controls (Unicode UAX #9); in a name they make a reader see another one."""

BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and marks that look like nothing (Unicode, Default_Ignorable_Code_Point; Braille)."""

JOINERS = frozenset("\u200c\u200d")
SELECTORS = frozenset(chr(code) for code in range(0xFE00, 0xFE10))

JOINED = ("Lo", "Mn", "Mc", "So", "Sk")
"""After which a joiner means something: letters of scripts that join, and emoji."""

UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Categories of what a reader doesn't see, or what no font has."""


def single_line(text: str) -> str:
    """Text from outside on one line, at most a line long; ``⟨U+202E⟩`` stands for what is unseen.

    Two names that look alike and differ in such a sign are told apart by it, and none turns the
    direction of what it stands beside.
    """
    spaced = " ".join(text.split())
    line = "".join(
        f"⟨U+{ord(sign):04X}⟩" if _is_unseen(sign, before) else sign
        for before, sign in zip(" " + spaced, spaced, strict=False)
    )
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1] + "…"


def multi_line(text: str) -> str:
    """Text from outside of any length, its lines kept, without other control characters."""
    lines = text.translate(BIDI).splitlines()
    kept = ("".join(c if c.isprintable() or c == "\u200d" else " " for c in line) for line in lines)
    return "\n".join(kept)


def isolated_name(text: str) -> Markup:
    """A name from outside: harmless, and isolated from the direction of what surrounds it."""
    return Markup("<bdi>{}</bdi>").format(escape(single_line(text)))


def _is_unseen(sign: str, before: str) -> bool:
    if sign in JOINERS or sign in SELECTORS:
        return before in JOINERS or not (category(before) in JOINED or before in SELECTORS)
    return sign in BLANK or category(sign) in UNSEEN
