"""The index of all policies as one object beside them: made when they change, loaded by all."""

import io
import json
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.errors import PolicyEmbeddingError, PolicyStorageError
from agent.tools.policies.documents import Document, Documents, read_documents
from agent.tools.policies.embedders.embedder import Embedder
from agent.tools.policies.fused_search import Index
from agent.tools.policies.packed_passages import PackedPassages, packed
from agent.tools.policies.passage_vectors import PassageVectors, embedded
from agent.tools.policies.passages import Passage
from agent.tools.policies.storage import Bucket, split_index

DOCUMENTS, PASSAGES, VECTORS, FORMAT = "documents.json", "passages", "vectors", "format"
VERSION = b"3"
"""Raised when passages are cut, or their words stemmed, in another way: all is read anew then."""
MOST_UNPACKED = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredIndex:
    """Documents, and the index of exactly their passages."""

    documents: Documents
    index: Index


@dataclass(frozen=True, slots=True)
class Indexed:
    """What came of indexing.

    :param failures: why each document that can't be read can't be, by its name.
    :param changed: whether a new index was written.
    :param embedder: the model by which passages are found by meaning; empty for words alone.
    :param words_only: why it is words alone, though a model was to be asked; empty otherwise.
    """

    documents: int
    passages: int
    failures: dict[str, str]
    changed: bool
    embedder: str = ""
    words_only: str = ""

    def report(self) -> bytes:
        """As JSON, for the administrators' page."""
        return json.dumps(
            {
                "documents": self.documents,
                "passages": self.passages,
                "failures": self.failures,
                "embedder": self.embedder,
                "words_only": self.words_only,
            }
        ).encode()


def index_policies(storage: Bucket, embedder: Embedder | None = None) -> Indexed:
    """Index what has changed since the last time; blocks while documents are read.

    What could not be read is tried again: it may have been the hour, and not the document.

    :param embedder: makes vectors of the passages; where it never could, words alone are indexed.
    :raises PolicyStorageError: when the place can't be reached.
    :raises PolicyEmbeddingError: when it can't now, and there are vectors of it: the index stays
        as it is.
    """
    listed, tag = split_index(storage.listed())
    before = _before(storage) if tag else None
    known = before.documents if before else {}
    read = {name: one for name, one in known.items() if not one.problem}
    documents = read_documents(storage, listed, read)
    passages = passages_of(documents)
    vectors, words_only = _vectors(passages, embedder, before)
    changed = (
        before is None
        or before.documents != documents
        or _named(before.index.vectors) != _named(vectors)
    )
    if changed:
        storage.write_index(pack(StoredIndex(documents, Index(passages, vectors))))
    failures = {name: one.problem for name, one in documents.items() if one.problem}
    indexed = Indexed(len(documents), len(passages), failures, changed, _named(vectors), words_only)
    storage.write_report(indexed.report())
    return indexed


def _vectors(
    passages: Sequence[Passage], embedder: Embedder | None, before: StoredIndex | None
) -> tuple[PassageVectors | None, str]:
    """The vectors, or why there are none though there should be.

    :raises PolicyEmbeddingError: when those of the index before would be lost.
    """
    if embedder is None:
        return None, ""
    known = [(passages_of(before.documents), before.index.vectors)] if before else []
    try:
        return embedded(passages, embedder, known), ""
    except PolicyEmbeddingError as error:
        if before and _named(before.index.vectors) == embedder.name:
            raise
        return None, error.detail


def _named(vectors: PassageVectors | None) -> str:
    return vectors.embedder if vectors else ""


def _before(storage: Bucket) -> StoredIndex | None:
    """What is stored; none when it was written by another version, or is damaged."""
    try:
        return unpack(storage.read_index())
    except PolicyStorageError:
        return None


def passages_of(documents: Documents) -> list[Passage]:
    """All passages, in the order of the documents."""
    return [passage for document in documents.values() for passage in document.passages]


def pack(stored: StoredIndex) -> bytes:
    """A zip of what a session loads: nothing in it has to be built, little has to be parsed."""
    content, sizes = packed(passages_of(stored.documents))
    rows = [
        [name, one.version, one.problem, len(one.passages)]
        for name, one in stored.documents.items()
    ]
    made = io.BytesIO()
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive,
    ):
        archive.writestr(FORMAT, VERSION)
        archive.writestr(DOCUMENTS, json.dumps({"documents": rows, "sizes": sizes}))
        archive.writestr(PASSAGES, content)
        if stored.index.vectors is not None:
            archive.writestr(VECTORS, stored.index.vectors.saved())
        stored.index.save(Path(folder))
        for file in sorted(Path(folder).iterdir()):
            archive.write(file, file.name)
    return made.getvalue()


def unpack(content: bytes) -> StoredIndex:
    """What :func:`pack` made; passages stay compressed until one of them is found.

    :raises PolicyStorageError: when it is something else.
    """
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            zipfile.ZipFile(io.BytesIO(content)) as archive,
        ):
            if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
                raise PolicyStorageError(detail="the index is too large")
            if archive.read(FORMAT) != VERSION:
                raise PolicyStorageError(detail="the index is of another version")
            known = json.loads(archive.read(DOCUMENTS))
            count = sum(row[3] for row in known["documents"])
            passages = PackedPassages(archive.read(PASSAGES), known["sizes"], count)
            names = set(archive.namelist())
            for name in names - {FORMAT, DOCUMENTS, PASSAGES, VECTORS}:
                (Path(folder) / Path(name).name).write_bytes(archive.read(name))
            vectors = PassageVectors.load(archive.read(VECTORS)) if VECTORS in names else None
            index = Index.load(passages, Path(folder), vectors)
        return StoredIndex(_documents(known["documents"], passages), index)
    except (zipfile.BadZipFile, KeyError, OSError, TypeError, ValueError) as error:
        raise PolicyStorageError(detail=f"the index: {type(error).__name__}") from error


def _documents(rows: Iterable[tuple[str, str, str, int]], passages: PackedPassages) -> Documents:
    documents, start = {}, 0
    for name, version, problem, count in rows:
        own = passages[start : start + count] if count else ()
        documents[name] = Document(version, own, problem)
        start += count
    return documents
