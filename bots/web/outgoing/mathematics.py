"""Formulas of an answer (TeX) as MathML, which browsers draw themselves."""

import re
from html import escape, unescape
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import convert_to_element

TAGS = {
    "math", "menclose", "mfrac", "mi", "mn", "mo", "mover", "mpadded", "mphantom", "mroot", "mrow",
    "ms", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr",
    "munder", "munderover",
}  # fmt: skip
"""What a formula consists of: MathML Core without what holds other languages, or acts."""
LONGEST = 1_000
"""Characters of a formula that is drawn."""
_FORMULA = re.compile(r"[\\^_=<>+]|^\s*\w\s*$")
"""What tells a formula between dollars from two sums of money."""
_DEFINES = re.compile(r"\\(?:re)?newcommand|\\def\b|\\let\b|\\gdef|\\edef|\\providecommand")
"""Short text with these can stand for very much of it."""


def formula(tex: str, *, block: bool, dollars: bool) -> str:
    """A formula as MathML; as it was written, where it is none or can't be drawn.

    :param dollars: it stands between dollars, as money may too.
    """
    if dollars and not block and not _FORMULA.search(tex):
        return escape(f"${tex}$")
    if len(tex) > LONGEST or _DEFINES.search(tex):
        return _as_written(tex)
    try:
        return _written(convert_to_element(tex, display="block" if block else "inline"))
    except Exception:  # noqa: BLE001 - what it raises has no root, and the text may be anything
        return _as_written(tex)


def _as_written(tex: str) -> str:
    return f"<code>{escape(tex)}</code>"


def _written(drawn: Element) -> str:
    """The element as text; its own writer would leave brackets in words as they are."""
    for element in drawn.iter():
        element.text = unescape(element.text) if element.text else None
        element.attrib.pop("xmlns", None)
    return tostring(drawn, encoding="unicode")
