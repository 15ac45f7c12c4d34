"""Reads the company's documents: each into its passages, or why it can't be read."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent.errors import PolicyUnreadableError
from agent.tools.policies.passages import Passage, passages
from agent.tools.policies.storage import MOST_BYTES, DocumentStorage, ListedDocument

MOST_DOCUMENTS = 500

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Document:
    """What a document was at one version.

    :param problem: why it can't be read, as the end of a sentence; empty when it can.
    """

    version: str
    passages: Sequence[Passage] = ()
    problem: str = ""


Documents = dict[str, Document]
"""By their names, in the order of the listing."""


def read_documents(
    storage: DocumentStorage, listed: Sequence[ListedDocument], known: Mapping[str, Document]
) -> Documents:
    """Every listed document; those that are known in this version are not read again."""
    documents = {
        entry.name: _read(storage, entry, known.get(entry.name))
        for entry in listed[:MOST_DOCUMENTS]
    }
    too_many = Document("", problem=f"there are more than {MOST_DOCUMENTS} documents")
    return documents | {entry.name: too_many for entry in listed[MOST_DOCUMENTS:]}


def _read(storage: DocumentStorage, entry: ListedDocument, known: Document | None) -> Document:
    if known is not None and known.version == entry.version:
        return known
    if entry.size > MOST_BYTES:
        return Document(entry.version, problem=f"it has more than {MOST_BYTES // 2**20} MB")
    content = storage.read(entry.name)
    try:
        return Document(entry.version, tuple(passages(entry.name, content)))
    except PolicyUnreadableError as error:
        problem = str(error)
    except Exception as error:  # noqa: BLE001 - one document must not hide the others
        problem = f"it is damaged: {type(error).__name__}"
    logger.warning("policy document %s is passed over: %s", entry.name, problem)
    return Document(entry.version, problem=problem)
