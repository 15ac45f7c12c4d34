"""How well each passage fits a question by its words: BM25 over stems, and related words."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import bm25s
import numpy as np
import Stemmer
from bm25s.stopwords import (
    STOPWORDS_EN_PLUS,
    STOPWORDS_FRENCH,
    STOPWORDS_GERMAN,
    STOPWORDS_ITALIAN,
    STOPWORDS_SPANISH,
)

from agent.tools.policies.passages import Passage
from agent.tools.policies.related_words import related_stems

RELATED_SCORE, RELATED_SHARE = 0.6, 0.8
"""What a related word counts beside the very word: in order, and in the share that is said."""
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
FOREIGN_STOP_WORDS = frozenset(
    word.casefold()
    for words in (STOPWORDS_FRENCH, STOPWORDS_GERMAN, STOPWORDS_ITALIAN, STOPWORDS_SPANISH)
    for word in words
)


@dataclass(frozen=True, slots=True)
class WordFit:
    """How well passages fit, a number a passage.

    :param scores: puts them in order.
    :param shares: of what the question says, the share that a passage says, rare words weighing
        more than common ones.
    """

    scores: Any
    shares: Any


class WordIndex:
    """The words of passages; safe to use from several threads."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._count = len(passages)
        self._related_stems = related_stems(stems)
        self._bm25: bm25s.BM25 | None = None
        found = [stems(_searchable(passage)) for passage in passages]
        if any(found):
            self._bm25 = bm25s.BM25()
            self._bm25.index(found, show_progress=False)

    @classmethod
    def load(cls, count: int, folder: Path) -> Self:
        """The index of so many passages that was saved in a folder; nothing of it is built anew.

        :raises ValueError: when it is of another number of passages.
        """
        loaded = cls([])
        loaded._count = count
        if any(folder.glob("*.npy")):
            # Not memory-mapped: the first search would pay for what the others find in memory.
            loaded._bm25 = bm25s.BM25.load(folder, show_progress=False)
            if loaded._bm25.scores["num_docs"] != count:
                raise ValueError("an index of other passages")
        return loaded

    def save(self, folder: Path) -> None:
        """Save it; nothing when there is no word."""
        if self._bm25 is not None:
            self._bm25.save(folder, show_progress=False)

    def fit(self, asked: Sequence[str]) -> WordFit:
        """How well each passage fits the stems of a question."""
        total, said, scores = 0.0, np.zeros(self._count), np.zeros(self._count)
        foreign = FOREIGN_STOP_WORDS.intersection(asked)
        for stem in dict.fromkeys(asked):
            own, related = self._scores(stem), self._related(stem)
            # One alone may be an English word, as "come" and "die" are.
            if len(foreign) > 1 and stem in foreign and not own.any() and not related.any():
                continue
            has = np.maximum(own > 0, RELATED_SHARE * (related > 0))
            weight = math.log(1 + self._count / (1 + int(np.count_nonzero(has))))
            total += weight
            said += weight * has
            scores += np.maximum(own, RELATED_SCORE * related)
        return WordFit(scores, said / total if total else said)

    def _scores(self, stem: str) -> Any:
        """A stem's own score is above nothing exactly where the stem is."""
        if self._bm25 is None or stem not in self._bm25.vocab_dict:
            return np.zeros(self._count)
        return self._bm25.get_scores([stem])

    def _related(self, stem: str) -> Any:
        """The best that a related word scores."""
        best = np.zeros(self._count)
        for other in self._related_stems.get(stem, ()):
            best = np.maximum(best, self._scores(other))
        return best


def stems(text: str) -> list[str]:
    """The stems of the words that say something."""
    stemmer = Stemmer.Stemmer("english")  # one stemmer must not be used by two threads at once
    found: list[list[str]] = bm25s.tokenize(
        [text], stopwords=STOP_WORDS, stemmer=stemmer, return_ids=False, show_progress=False
    )
    return found[0]


def _searchable(passage: Passage) -> str:
    """Headings count twice: they say what a passage is about."""
    heading = passage.section or ""
    return f"{passage.title}\n{heading}\n{heading}\n{passage.text}"
