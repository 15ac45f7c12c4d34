"""Words that mean about the same in company policies, in English and four other languages."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

WORDS = Path(__file__).with_suffix(".txt")
"""A group a line; a word may be in several."""


def related_stems(stems: Callable[[str], list[str]]) -> Mapping[str, frozenset[str]]:
    """The other stems of each stem's groups."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for group in _groups(stems):
        for stem in group:
            found[stem] |= group - {stem}
    return {stem: frozenset(others) for stem, others in found.items()}


def _groups(stems: Callable[[str], list[str]]) -> Iterator[set[str]]:
    for line in WORDS.read_text("utf-8").splitlines():
        yield set(stems(line))
