"""Finds the passages that a question is about, by BM25 over word stems."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import bm25s
import numpy as np
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
        self._passages = passages
        self._bm25: bm25s.BM25 | None = None
        stems = [_stems(_searchable(passage)) for passage in self._passages]
        if any(stems):
            self._bm25 = bm25s.BM25()
            self._bm25.index(stems, show_progress=False)

    @classmethod
    def load(cls, passages: Sequence[Passage], folder: Path) -> Self:
        """The index of these passages that was saved in a folder; nothing of it is built anew.

        :raises ValueError: when it is of another number of passages.
        """
        loaded = cls([])
        loaded._passages = passages
        if any(folder.glob("*.npy")):
            # Not memory-mapped: the first search would pay for what the others find in memory.
            loaded._bm25 = bm25s.BM25.load(folder, show_progress=False)
            if loaded._bm25.scores["num_docs"] != len(passages):
                raise ValueError("an index of other passages")
        return loaded

    def save(self, folder: Path) -> None:
        """Save all but the passages; nothing when no word is in them."""
        if self._bm25 is not None:
            self._bm25.save(folder, show_progress=False)

    def __len__(self) -> int:
        return len(self._passages)

    def search(self, question: str) -> Hits:
        """The passages that are about a question, or else those that are near it."""
        asked = dict.fromkeys(_stems(question))
        if self._bm25 is None:
            return Hits()
        known = [stem for stem in asked if stem in self._bm25.vocab_dict]
        if not known:
            return Hits()
        scores = self._bm25.get_scores(known)
        ranked = np.argsort(-scores, kind="stable")[: np.count_nonzero(scores > 0)]
        shares = self._shares(asked, known)[ranked]
        fitting = ranked[shares >= ENOUGH]
        if fitting.size:
            best = fitting[scores[fitting] >= scores[fitting[0]] * BESIDE_THE_BEST]
            return self._hits(best[:MOST], relevant=True)
        return self._hits(ranked[shares >= NEAR][:MOST_NEAR], relevant=False)

    def _shares(self, asked: Iterable[str], known: Sequence[str]) -> Any:
        """Of each passage, the share of the question's weight that it says; an array."""
        total, said = 0.0, np.zeros(len(self._passages))
        for stem in asked:
            # A stem's own score is above nothing exactly where the stem is.
            has = self._bm25.get_scores([stem]) > 0 if stem in known and self._bm25 else None
            count = 0 if has is None else int(np.count_nonzero(has))
            weight = math.log(1 + len(self._passages) / (1 + count))
            total += weight
            if has is not None:
                said += weight * has
        return said / total

    def _hits(self, places: Iterable[int], *, relevant: bool) -> Hits:
        return Hits(tuple(self._passages[int(place)] for place in places), relevant)


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
