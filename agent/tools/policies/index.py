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
SAYING_NOTHING = frozenset(
    """
    allow allowed business colleague companies company company's could document documents employee
    employees entitled everybody everyone exactly get give happen happens have know let like long
    look many may much must need needs official our people please policies policy regarding
    regulation regulations rule rules say says shall show somebody someone staff summarise summarize
    take takes tell want wants work's would
    """.split()  # noqa: SIM905 - as a list of quoted words it reads worse
)
IGNORED = [*STOPWORDS_EN_PLUS, *SAYING_NOTHING]


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found, the best first.

    :param sure: they are about the question; otherwise they are only the nearest there is.
    """

    passages: tuple[Passage, ...] = ()
    sure: bool = False


class Index:
    """Passages that can be searched; safe to use from several threads."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = list(passages)
        stems = [_stems(_weighed(passage)) for passage in self._passages]
        self._said = [frozenset(found) for found in stems]
        self._spread = Counter(stem for said in self._said for stem in said)
        self._bm25: bm25s.BM25 | None = None
        if self._spread:
            self._bm25 = bm25s.BM25()
            self._bm25.index(stems, show_progress=False)

    def __len__(self) -> int:
        return len(self._passages)

    def search(self, question: str) -> Hits:
        """The passages that are about a question, or else those that are near it."""
        asked = dict.fromkeys(_stems(question))
        known = [stem for stem in asked if stem in self._spread]
        if self._bm25 is None or not known:
            return Hits()
        scores = enumerate(self._bm25.get_scores(known).tolist())
        ranked = sorted((entry for entry in scores if entry[1] > 0), key=lambda entry: -entry[1])
        whole = sum(self._weight(stem) for stem in asked)
        shares = {place: self._shared(known, place) / whole for place, _ in ranked}
        fitting = [(place, score) for place, score in ranked if shares[place] >= ENOUGH]
        if fitting:
            least = fitting[0][1] * BESIDE_THE_BEST
            return self._hits(
                [place for place, score in fitting[:MOST] if score >= least], sure=True
            )
        near = [place for place, _ in ranked if shares[place] >= NEAR]
        return self._hits(near[:MOST_NEAR], sure=False)

    def _hits(self, places: Sequence[int], *, sure: bool) -> Hits:
        return Hits(tuple(self._passages[place] for place in places), sure)

    def _shared(self, asked: Sequence[str], place: int) -> float:
        return sum(self._weight(stem) for stem in asked if stem in self._said[place])

    def _weight(self, stem: str) -> float:
        return math.log(1 + len(self._passages) / (1 + self._spread[stem]))


def _weighed(passage: Passage) -> str:
    """Headings count twice: they say what a passage is about."""
    heading = passage.section or ""
    return f"{passage.title}\n{heading}\n{heading}\n{passage.text}"


def _stems(text: str) -> list[str]:
    stemmer = Stemmer.Stemmer("english")  # one stemmer must not be used by two threads at once
    found: list[list[str]] = bm25s.tokenize(
        [text], stopwords=IGNORED, stemmer=stemmer, return_ids=False, show_progress=False
    )
    return found[0]
