"""What two documents have in common, and what changed from one to the other."""

from collections.abc import Iterable
from dataclasses import dataclass

from agent.tools.documents.content import Content, Found
from agent.tools.documents.sentences import sentences

MOST_COMPARED = 400
"""Of the sentences that only one of them has; each is held against each."""
LONGEST = 600
SIMILAR = 60
"""Of a hundred: the same sentence with other words in it, rather than another sentence."""


@dataclass(frozen=True, slots=True)
class Said:
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
    changed: list[tuple[Said, Said]]
    only_first: list[Said]
    only_second: list[Said]
    figures: tuple[list[str], list[str]]
    dates: tuple[list[str], list[str]]


def difference(first: Content, second: Content) -> Difference:
    """Compare by sentences, wherever they stand; takes time that grows with what differs."""
    ours, theirs = _sentences(first), _sentences(second)
    gone = [said for key, said in ours.items() if key not in theirs]
    new = [said for key, said in theirs.items() if key not in ours]
    changed = _pairs(gone[:MOST_COMPARED], new[:MOST_COMPARED])
    paired = {id(said) for pair in changed for said in pair}
    return Difference(
        common=len(ours.keys() & theirs.keys()),
        changed=changed,
        only_first=[said for said in gone if id(said) not in paired],
        only_second=[said for said in new if id(said) not in paired],
        figures=_apart(first.figures, second.figures),
        dates=_apart(first.dates, second.dates),
    )


def _sentences(content: Content) -> dict[str, Said]:
    """Each sentence once, by its words alone: case, spaces and full stops make no difference."""
    found: dict[str, Said] = {}
    for section in content.sections:
        for sentence in sentences(section.text):
            key = " ".join(sentence.casefold().split()).strip(".,;:!? ")
            if key:
                found.setdefault(key, Said(sentence[:LONGEST], section.title))
    return found


def _pairs(gone: list[Said], new: list[Said]) -> list[tuple[Said, Said]]:
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - 20 ms that only a comparison pays

    left = dict(enumerate(said.text for said in new))
    pairs: list[tuple[Said, Said]] = []
    for said in gone:
        found = process.extractOne(said.text, left, scorer=fuzz.ratio, score_cutoff=SIMILAR)
        if found:
            place = found[2]
            del left[place]
            pairs.append((said, new[place]))
    return pairs


def _apart(first: Iterable[Found], second: Iterable[Found]) -> tuple[list[str], list[str]]:
    """What only one of them names; a date is the same however it is written."""
    ours = {found.day or found.what: found.what for found in first}
    theirs = {found.day or found.what: found.what for found in second}
    return (
        [what for key, what in ours.items() if key not in theirs],
        [what for key, what in theirs.items() if key not in ours],
    )
