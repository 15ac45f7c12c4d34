"""What two documents have in common, and what changed from one to the other."""

from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from agent.tools.documents.content import Content, Fact
from agent.tools.documents.sentences import sentences

MOST_COMPARED = 400
"""Of the sentences that only one of them has; each is held against each."""
LONGEST = 600
SIMILAR = 60
"""Of a hundred: the same sentence with other words in it, rather than another sentence."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and where it stands."""

    text: str
    section: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Two documents, compared.

    :param common: how many sentences both have.
    :param changed: a sentence of the first and what it has become in the second.
    """

    common: int
    changed: list[tuple[Sentence, Sentence]]
    only_first: list[Sentence]
    only_second: list[Sentence]
    figures: tuple[list[str], list[str]]
    dates: tuple[list[str], list[str]]


def compare(first: Content, second: Content) -> Difference:
    """Compare by sentences, wherever they stand; takes time that grows with what differs."""
    ours, theirs = _sentences(first), _sentences(second)
    gone = [sentence for key, sentence in ours.items() if key not in theirs]
    new = [sentence for key, sentence in theirs.items() if key not in ours]
    changed = _pairs(gone[:MOST_COMPARED], new[:MOST_COMPARED])
    paired = {id(sentence) for pair in changed for sentence in pair}
    return Difference(
        common=len(ours.keys() & theirs.keys()),
        changed=changed,
        only_first=[sentence for sentence in gone if id(sentence) not in paired],
        only_second=[sentence for sentence in new if id(sentence) not in paired],
        figures=_only_in_each(first.figures, second.figures),
        dates=_only_in_each(first.dates, second.dates),
    )


def _sentences(content: Content) -> dict[str, Sentence]:
    """Each sentence once, by its words alone: case, spaces and full stops make no difference."""
    found: dict[str, Sentence] = {}
    for section in content.sections:
        for sentence in sentences(section.text):
            key = " ".join(sentence.casefold().split()).strip(".,;:!? ")
            if key:
                found.setdefault(key, Sentence(sentence[:LONGEST], section.title))
    return found


def _pairs(gone: list[Sentence], new: list[Sentence]) -> list[tuple[Sentence, Sentence]]:
    left = dict(enumerate(sentence.text for sentence in new))
    pairs: list[tuple[Sentence, Sentence]] = []
    for sentence in gone:
        found = process.extractOne(sentence.text, left, scorer=fuzz.ratio, score_cutoff=SIMILAR)
        if found:
            place = found[2]
            del left[place]
            pairs.append((sentence, new[place]))
    return pairs


def _only_in_each(first: Iterable[Fact], second: Iterable[Fact]) -> tuple[list[str], list[str]]:
    """What only one of them names; a date is the same however it is written."""
    ours = {found.day or found.what: found.what for found in first}
    theirs = {found.day or found.what: found.what for found in second}
    return (
        [what for key, what in ours.items() if key not in theirs],
        [what for key, what in theirs.items() if key not in ours],
    )
