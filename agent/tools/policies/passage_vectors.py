"""The vectors of passages, a byte a number, and how near each is to a question."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from agent.errors import PolicyEmbeddingError
from agent.tools.policies.embedders.embedder import Embedder, Vectors
from agent.tools.policies.passages import Passage

ROWS = 4096
"""Multiplied at once: a company's vectors as floats would take four times their room."""
STEPS = 127


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """One vector a passage, in the order of the passages.

    :param embedder: the name of the model that made them.
    :param steps: int8, a row a passage.
    :param scales: what a step is in each row.
    """

    embedder: str
    steps: NDArray[np.int8]
    scales: NDArray[np.float32]

    @classmethod
    def of(cls, embedder: str, vectors: Vectors) -> Self:
        """These vectors, rounded: a cosine changes by less than a hundredth."""
        scales = np.maximum(np.abs(vectors).max(axis=1), 1e-9) / STEPS
        steps = np.round(vectors / scales[:, None]).astype(np.int8)
        return cls(embedder, steps, scales.astype(np.float32))

    @classmethod
    def load(cls, content: bytes) -> Self:
        """What :meth:`saved` made.

        :raises ValueError: when it is something else.
        """
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return cls(str(arrays["embedder"]), arrays["steps"], arrays["scales"])

    def saved(self) -> bytes:
        """As an npz."""
        made = io.BytesIO()
        np.savez(made, embedder=np.array(self.embedder), steps=self.steps, scales=self.scales)
        return made.getvalue()

    def __len__(self) -> int:
        return len(self.steps)

    def similarities(self, question: Vectors) -> Any:
        """The cosine of each passage with a question's vector; an array."""
        parts = [
            self.steps[start : start + ROWS].astype(np.float32) @ question
            for start in range(0, len(self.steps), ROWS)
        ]
        return np.concatenate(parts) * self.scales if parts else np.zeros(0, np.float32)


def embedded(
    passages: Sequence[Passage],
    embedder: Embedder,
    known: Iterable[tuple[Sequence[Passage], PassageVectors | None]] = (),
    most: int | None = None,
) -> PassageVectors | None:
    """The vectors of passages; those that are known of the same model are not made again.

    :param most: how many may be new.
    :returns: None when there is no passage.
    :raises PolicyEmbeddingError: when the model can't be asked, or too many are new.
    """
    rows: dict[Passage, tuple[NDArray[np.int8], np.float32]] = {}
    for others, vectors in known:
        if vectors is not None and vectors.embedder == embedder.name:
            rows |= zip(others, zip(vectors.steps, vectors.scales, strict=True), strict=True)
    new = [passage for passage in dict.fromkeys(passages) if passage not in rows]
    if most is not None and len(new) > most:
        raise PolicyEmbeddingError(detail=f"{len(new)} passages are new, more than {most}")
    if new:
        made = PassageVectors.of(embedder.name, embedder.passages([_told(one) for one in new]))
        rows |= zip(new, zip(made.steps, made.scales, strict=True), strict=True)
    if not passages:
        return None
    found = [rows[passage] for passage in passages]
    return PassageVectors(
        embedder.name,
        np.stack([steps for steps, _ in found]),
        np.array([scale for _, scale in found], np.float32),
    )


def _told(passage: Passage) -> str:
    """With its headings, which say what it is about."""
    return f"{passage.title}: {passage.section or ''}. {passage.text}"
