"""Finds the passages that a question is about, by BM25 over word stems."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import bm25s
import Stemmer
from bm25s.stopwords import STOPWORDS_EN_PLUS

from agent.tools.policies.passages import Passage

ENOUGH = 0.5
"""The share of what a question says that a passage must say to be about it; a rare word says more
than a common one. BM25's own scores have no such line: they only put passages in order."""
NEAR = 0.24
MOST, MOST_NEAR = 4, 2
BESIDE_THE_BEST = 0.5
COMMON_WORDS = frozenset(
    """
    allow allowed business colleague companies company company's could document documents employee
    employees entitled everybody everyone exactly get give happen happens have know let like long
    look many may much must need needs official our people please policies policy regarding
    regulation regulations rule rules say says shall show somebody someone staff summarise summarize
    take takes tell want wants work's would
    """.split()  # noqa: SIM905 - as a list of quoted words it reads worse
)
STOP_WORDS = [*STOPWORDS_EN_PLUS, *COMMON_WORDS]


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found, the best first.

    :param relevant: they are about the question; otherwise they are only the nearest there is.
    """

    passages: tuple[Passage, ...] = ()
    relevant: bool = False


class Index:
    """Passages that can be searched; safe to use from several threads."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = list(passages)
        stems = [_stems(_searchable(passage)) for passage in self._passages]
        self._passage_stems = [frozenset(found) for found in stems]
        self._frequency = Counter(stem for stems in self._passage_stems for stem in stems)
        self._bm25: bm25s.BM25 | None = None
        if self._frequency:
            self._bm25 = bm25s.BM25()
            self._bm25.index(stems, show_progress=False)

    def __len__(self) -> int:
        return len(self._passages)

    def search(self, question: str) -> Hits:
        """The passages that are about a question, or else those that are near it."""
        asked = dict.fromkeys(_stems(question))
        known = [stem for stem in asked if stem in self._frequency]
        if self._bm25 is None or not known:
            return Hits()
        scores = enumerate(self._bm25.get_scores(known).tolist())
        ranked = sorted((entry for entry in scores if entry[1] > 0), key=lambda entry: -entry[1])
        total = sum(self._weight(stem) for stem in asked)
        shares = {place: self._shared_weight(known, place) / total for place, _ in ranked}
        fitting = [(place, score) for place, score in ranked if shares[place] >= ENOUGH]
        if fitting:
            least = fitting[0][1] * BESIDE_THE_BEST
            return self._hits(
                [place for place, score in fitting[:MOST] if score >= least], relevant=True
            )
        near = [place for place, _ in ranked if shares[place] >= NEAR]
        return self._hits(near[:MOST_NEAR], relevant=False)

    def _hits(self, places: Sequence[int], *, relevant: bool) -> Hits:
        return Hits(tuple(self._passages[place] for place in places), relevant)

    def _shared_weight(self, asked: Sequence[str], place: int) -> float:
        return sum(self._weight(stem) for stem in asked if stem in self._passage_stems[place])

    def _weight(self, stem: str) -> float:
        return math.log(1 + len(self._passages) / (1 + self._frequency[stem]))


def _searchable(passage: Passage) -> str:
    """Headings count twice: they say what a passage is about."""
    heading = passage.section or ""
    return f"{passage.title}\n{heading}\n{heading}\n{passage.text}"


def _stems(text: str) -> list[str]:
    stemmer = Stemmer.Stemmer("english")  # one stemmer must not be used by two threads at once
    found: list[list[str]] = bm25s.tokenize(
        [text], stopwords=STOP_WORDS, stemmer=stemmer, return_ids=False, show_progress=False
    )
    return found[0]
