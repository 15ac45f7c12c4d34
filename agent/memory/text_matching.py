"""Compares texts by their content words: whether a record says what a person named."""

import re
import unicodedata
from collections.abc import Callable, Iterable

Matches = Callable[[str], bool]

STOP_WORDS = frozenset(
    """
    a about also am an and are as at be been but by called do for from had has have how i if in
    into is it its me mine my name named names of on or our please remember so that the their them
    then there these they this to user user's users was we were what when where which who whose
    with you your
    """.split()  # noqa: SIM905 - as a list of quoted words it reads worse
)
UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]"
)
"""Thai, Lao, Burmese, Khmer, Japanese and Chinese have no spaces between words, and what Korean
puts behind a word is written as one with it."""
SHORTEST_STEM = 4


def content_words(text: str) -> frozenset[str]:
    """The words of a text that say something, in singular."""
    plain = _plain(text).replace("\N{RIGHT SINGLE QUOTATION MARK}s", "").replace("'s", "")
    found = re.findall(r"\w+", plain)
    return frozenset(_singular(word) for word in found if word not in STOP_WORDS)


def matcher(what: str) -> Matches:
    """Whether a text says what a person named: each of their content words is in it.

    A word may have an ending in the text: many languages inflect. In a script without spaces it is
    looked for within the text.
    """
    wanted = content_words(what)

    def matches(text: str) -> bool:
        words = content_words(text)
        return bool(wanted) and all(_is_in(word, text, words) for word in wanted)

    return matches


def any_matcher(phrases: Iterable[str]) -> Matches:
    """Whether a text says what one of the phrases names."""
    matchers = [matcher(phrase) for phrase in phrases]
    return lambda text: any(matches(text) for matches in matchers)


def similarity(what: str, text: str) -> float:
    """The share of the person's content words that a text has."""
    wanted = content_words(what)
    return len(wanted & content_words(text)) / len(wanted) if wanted else 0.0


def _is_in(word: str, text: str, words: frozenset[str]) -> bool:
    if word in words:
        return True
    if UNSPACED.search(word):
        return word in _plain(text)
    return len(word) >= SHORTEST_STEM and any(one.startswith(word) for one in words)


def _plain(text: str) -> str:
    """The same letters however they were typed: composed, full width, in capitals."""
    return unicodedata.normalize("NFKC", text).casefold()


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and word[-2] != "s" else word  # noqa: PLR2004 - "bus", "gas"
