"""The telling words of a text: whether a record says what a person named."""

import re
from collections.abc import Callable

Matches = Callable[[str], bool]

FILLERS = frozenset(
    """
    a about also am an and are as at be been but by called do for from had has have how i if in
    into is it its me mine my name named names of on or our please remember so that the their them
    then there these they this to user user's users was we were what when where which who whose
    with you your
    """.split()  # noqa: SIM905 - as a list of quoted words it reads worse
)


def words(text: str) -> frozenset[str]:
    """The words of a text that say something, in singular."""
    found = re.findall(
        r"\w+", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}s", "").replace("'s", "")
    )
    return frozenset(_singular(word) for word in found if word not in FILLERS)


def says(what: str) -> Matches:
    """Whether a text says what a person named: each of their telling words is in it."""
    wanted = words(what)
    return lambda text: bool(wanted) and wanted <= words(text)


def likeness(what: str, text: str) -> float:
    """The share of the person's telling words that a text has."""
    wanted = words(what)
    return len(wanted & words(text)) / len(wanted) if wanted else 0.0


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] != "s" else word  # noqa: PLR2004 - "bus", "gas"
