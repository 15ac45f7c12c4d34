"""Finds the passages that a question is about: by words and by meaning, two orders made one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from agent.tools.policies.embedders.embedder import Vectors
from agent.tools.policies.passage_vectors import PassageVectors
from agent.tools.policies.passages import Passage
from agent.tools.policies.word_search import WordFit, WordIndex, stems

ENOUGH, AGREED = 0.5, 0.25
"""The share of what a question says that a passage must say to be surely about it; less is enough
where words and meaning agree on the best. Neither order alone has such a line."""
NEAR = 0.2
"""The share below which a passage isn't even near, unless its meaning is."""
MOST = 3
RANK = 60
"""Reciprocal rank fusion: how little the first ranks differ (Cormack, Clarke, Buettcher 2009)."""


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found, the best first.

    :param relevant: the best is about the question; otherwise they are only the nearest there is.
    :param around: what stands right before and after the best in its document.
    """

    passages: tuple[Passage, ...] = ()
    relevant: bool = False
    around: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedMeaning:
    """A question's vector.

    :param near: the cosine below which a passage has nothing to do with it.
    """

    vector: Vectors
    near: float


class Index:
    """Passages that can be searched; safe to use from several threads.

    :param vectors: of the passages, for a search by meaning too.
    """

    def __init__(
        self,
        passages: Sequence[Passage],
        vectors: PassageVectors | None = None,
        words: WordIndex | None = None,
    ) -> None:
        if vectors is not None and len(vectors) != len(passages):
            raise ValueError("vectors of other passages")
        self._passages = passages
        self._words = words or WordIndex(passages)
        self.vectors = vectors

    @classmethod
    def load(
        cls, passages: Sequence[Passage], folder: Path, vectors: PassageVectors | None
    ) -> Self:
        """The index of these passages that was saved in a folder; nothing of it is built anew.

        :raises ValueError: when it is of another number of passages.
        """
        return cls(passages, vectors, WordIndex.load(len(passages), folder))

    @property
    def passages(self) -> Sequence[Passage]:
        """What can be searched, in its order."""
        return self._passages

    def with_vectors(self, vectors: PassageVectors) -> "Index":
        """The same passages, searched by meaning too."""
        return Index(self._passages, vectors, self._words)

    def save(self, folder: Path) -> None:
        """Save the index of the words; nothing when there is no word."""
        self._words.save(folder)

    def __len__(self) -> int:
        return len(self._passages)

    def search(self, question: str, meaning: AskedMeaning | None = None) -> Hits:
        """The passages that are about a question, or else those that are near it.

        :param meaning: by the model that made the vectors; without it words alone are looked for.
        """
        asked = stems(question)
        if not asked or not self._passages:
            return Hits()
        fit = self._words.fit(asked)
        if meaning is None or self.vectors is None:
            order = _ranked(fit.scores, fit.scores > 0)
            share = fit.shares[order[0]] if order.size else 0.0
            return self._hits(order, sure=share >= ENOUGH) if share >= NEAR else Hits()
        return self._fused(fit, self.vectors.similarities(meaning.vector), meaning.near)

    def _fused(self, fit: WordFit, similar: Any, near: float) -> Hits:
        best = [_ranked(scores, scores > 0) for scores in (fit.scores, similar)]
        fused = np.zeros(len(self._passages))
        for order in best:
            fused[order] += 1 / (RANK + 1 + np.arange(order.size))
        order = _ranked(fused, fused > 0)
        if not order.size or (similar[order[0]] < near and fit.shares[order[0]] < NEAR):
            return Hits()
        first, share = order[0], fit.shares[order[0]]
        agreed = all(ranked.size and ranked[0] == first for ranked in best)
        return self._hits(order, sure=share >= ENOUGH or (agreed and share >= AGREED))

    def _hits(self, order: Any, *, sure: bool) -> Hits:
        found = [int(place) for place in order[:MOST]]
        around = self._around(found[0], found) if found else ()
        return Hits(tuple(self._passages[place] for place in found), bool(sure), tuple(around))

    def _around(self, best: int, found: Sequence[int]) -> Iterable[Passage]:
        """The neighbours in the same document that aren't found anyway."""
        title = self._passages[best].title
        beside = [place for place in (best - 1, best + 1) if 0 <= place < len(self._passages)]
        others = [self._passages[place] for place in beside if place not in found]
        return [passage for passage in others if passage.title == title]


def _ranked(scores: Any, those: Any) -> Any:
    """The places of those passages, the best first; equal ones in the documents' order."""
    order = np.argsort(-scores, kind="stable")
    return order[those[order]]
