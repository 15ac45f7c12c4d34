"""Compares texts by their content words: whether a record says what a person named."""

import re
from collections.abc import Callable

Matches = Callable[[str], bool]

STOP_WORDS = frozenset(
    """
    a about also am an and are as at be been but by called do for from had has have how i if in
    into is it its me mine my name named names of on or our please remember so that the their them
    then there these they this to user user's users was we were what when where which who whose
    with you your
    """.split()  # noqa: SIM905 - as a list of quoted words it reads worse
)


def content_words(text: str) -> frozenset[str]:
    """The words of a text that say something, in singular."""
    found = re.findall(
        r"\w+", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}s", "").replace("'s", "")
    )
    return frozenset(_singular(word) for word in found if word not in STOP_WORDS)


def matcher(what: str) -> Matches:
    """Whether a text says what a person named: each of their content words is in it."""
    wanted = content_words(what)
    return lambda text: bool(wanted) and wanted <= content_words(text)


def similarity(what: str, text: str) -> float:
    """The share of the person's content words that a text has."""
    wanted = content_words(what)
    return len(wanted & content_words(text)) / len(wanted) if wanted else 0.0


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] != "s" else word  # noqa: PLR2004 - "bus", "gas"
