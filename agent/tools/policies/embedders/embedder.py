"""What a search by meaning needs of a model."""

from collections.abc import Sequence
from typing import Protocol, Self

import boto3
import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""One row a text, each of length 1."""


class Embedder(Protocol):
    """A model that puts texts of like meaning near one another; its calls block.

    :ivar name: which model; vectors of two names can't be compared.
    :ivar near: the cosine below which a passage has nothing to do with a question.

    Both methods raise :class:`PolicyEmbeddingError`.
    """

    @property
    def name(self) -> str:
        """Which model it is."""

    @property
    def near(self) -> float:
        """The least cosine of a passage with what it answers."""

    def prepare(self) -> None:
        """Load what the first call would wait for."""

    def renewed(self, session: boto3.Session) -> Self:
        """The same model, called with credentials of today."""

    def passages(self, texts: Sequence[str]) -> Vectors:
        """A vector for each text that is searched."""

    def question(self, text: str) -> Vectors:
        """The one vector of what is looked for."""


def normalized(rows: Sequence[Sequence[float]] | Vectors) -> Vectors:
    """The same directions, each of length 1."""
    vectors = np.asarray(rows, np.float32)
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    result: Vectors = (vectors / np.maximum(lengths, 1e-9)).astype(np.float32)
    return result
