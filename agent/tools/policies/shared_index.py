"""The company's policies as all runs share them, looked at again when a search finds them old."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

import boto3

from agent.errors import (
    AgentError,
    PoliciesUnavailableError,
    PolicyEmbeddingError,
    PolicyStorageError,
)
from agent.tools.policies.documents import Documents, read_documents
from agent.tools.policies.embedders.choice import WORDS
from agent.tools.policies.embedders.embedder import Embedder
from agent.tools.policies.fused_search import AskedMeaning, Hits, Index
from agent.tools.policies.passage_vectors import PassageVectors, embedded
from agent.tools.policies.storage import DocumentStorage, split_index
from agent.tools.policies.stored_index import StoredIndex, passages_of, unpack
from agent.wall_clock import is_older

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 180.0
RETRY_SECONDS = 20.0
NOT_ASKED_SECONDS = 60.0
"""How long a model that couldn't be asked for a question's vector is left in peace."""
PATIENCE_SECONDS = 30.0
"""How long a search waits for reading; what was read before is searched then."""


MOST_NEW_PASSAGES = 300
"""More than these get no vector in a session: it is for ``bizassist policies index`` to do."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found.

    :param unread: names of documents that could not be read, each with the reason.
    :param empty: there is no document at all.
    """

    hits: Hits
    unread: tuple[str, ...]
    empty: bool


class PolicyCollection:
    """Every policy document of the company; nobody's own, so all people share them.

    :param embedder: finds passages by their meaning; None for words alone.
    """

    def __init__(self, storage: DocumentStorage, embedder: Embedder | None = None) -> None:
        self._storage = storage
        self._embedder = embedder
        self._failed_at = 0.0
        self._documents: Documents = {}
        self._stored: StoredIndex | None = None
        self._tag = ""
        self._index: Index | None = None
        self._looked_at = 0.0
        self._keep = REFRESH_SECONDS
        self._reading: asyncio.Task[None] | None = None
        self._embedding: asyncio.Task[None] | None = None

    def read_ahead(self) -> None:
        """Load the stored index, if there is one, so that the first search finds it loaded.

        Documents are not read: that may take longer than a process has to get ready.
        """
        try:
            _, tag = split_index(self._storage.listed())
            if tag:
                self._load(tag)
            if self._embedder is not None:
                self._embedder.prepare()
        except Exception as error:  # noqa: BLE001 - the first search tells what is wrong
            logger.warning("policies can't be read yet: %s", _described(error))

    def read_from(
        self, storage: DocumentStorage, asking: Embedder | None, session: boto3.Session
    ) -> None:
        """Read from this place and ask this model from now on, with credentials of today.

        A model that is loaded already stays loaded, as long as it is the one to ask.
        """
        self._storage = storage
        loaded = self._embedder
        if loaded is not None and asking is not None and loaded.name == asking.name:
            asking = loaded.renewed(session)
        self._embedder, self._failed_at = asking, 0.0

    def look_ahead(self) -> None:
        """Begin to look whether anything has changed: a search that comes soon needs not wait."""
        under_way = self._reading is not None and not self._reading.done()
        if is_older(self._looked_at, self._keep) and not under_way:
            self._reading = asyncio.create_task(self._keep_fresh())

    async def looked(self) -> None:
        """Return when the look that is under way, if one is, has ended."""
        if self._reading is not None:
            await asyncio.shield(self._reading)

    async def vectors_made(self) -> None:
        """Return when new passages are found by meaning too, or it is said why they are not."""
        await self.looked()
        if self._embedding is not None:
            await asyncio.shield(self._embedding)

    async def close(self) -> None:
        """Wait for no reading any more."""
        for task in (self._reading, self._embedding):
            if task is not None:
                task.cancel()
                await asyncio.wait({task})

    async def search(self, question: str) -> SearchResult:
        """What the policies say about a question, the best passage first.

        :raises PoliciesUnavailableError: while the documents have never been read.
        """
        self.look_ahead()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.looked(), PATIENCE_SECONDS)
        index, documents = self._index, self._documents
        if index is None:
            raise PoliciesUnavailableError
        hits = await asyncio.to_thread(self._searched, index, question)
        unread = tuple(f"{name} ({d.problem})" for name, d in documents.items() if d.problem)
        return SearchResult(hits, unread, empty=not len(index) and not unread)

    def _searched(self, index: Index, question: str) -> Hits:
        return index.search(question, self._meaning(index.vectors, question))

    def _meaning(self, vectors: PassageVectors | None, question: str) -> AskedMeaning | None:
        """The question's vector; none where words alone are looked for."""
        if self._embedder is None or vectors is None or vectors.embedder != self._embedder.name:
            return None
        if not is_older(self._failed_at, NOT_ASKED_SECONDS):
            return None
        try:
            return AskedMeaning(self._embedder.question(question), self._embedder.near)
        except PolicyEmbeddingError as error:
            logger.warning("only the policies' words are searched: %s", _described(error))
            self._failed_at = time.time()
            return None

    async def _keep_fresh(self) -> None:
        """Read what has changed; all searches of this moment wait for it, and for no vector."""
        before = self._index
        try:
            await asyncio.to_thread(self._refresh)
            self._keep = REFRESH_SECONDS
            self._embed_after(before)
        except Exception as error:  # noqa: BLE001 - whatever it was, what was read before is searched
            logger.error("policies can't be read: %s", _described(error))  # noqa: TRY400 - no traceback
            self._keep = RETRY_SECONDS
        self._looked_at = time.time()

    def _refresh(self) -> None:
        """Read what is new; while anything fails, what was read before stays."""
        listed, tag = split_index(self._storage.listed())
        if tag:
            self._load(tag)
        before, stored = self._documents, self._stored
        versions = {entry.name: entry.version for entry in listed}
        known = {
            name: document
            for source in (stored.documents if stored else {}, before)
            for name, document in source.items()
            if versions.get(name) == document.version
        }
        documents = read_documents(self._storage, listed, known)
        if self._index is not None and documents == before:
            return
        if stored and documents == stored.documents:
            self._documents, self._index = stored.documents, stored.index
            self._tell_other_embedder(stored.index.vectors)
        else:
            self._index = Index(passages_of(documents))
            self._documents = documents
        logger.info("read %d policy documents: %d passages", len(documents), len(self._index))

    def _embed_after(self, before: Index | None) -> None:
        """Begin to make vectors of an index that is new and has been stored by nobody."""
        index, embedder, stored = self._index, self._embedder, self._stored
        if index is None or index is before or embedder is None:
            return
        if self._embedding is not None:
            self._embedding.cancel()  # of what is out of date
        if stored is None or index is not stored.index:
            known = [one for one in (stored.index if stored else None, before) if one is not None]
            self._embedding = asyncio.create_task(self._embed(index, embedder, known))

    async def _embed(self, index: Index, embedder: Embedder, known: Sequence[Index]) -> None:
        """Let an index be searched by meaning too: by vectors that are known, and a few new."""
        vectors_known = [(one.passages, one.vectors) for one in dict.fromkeys(known)]
        try:
            vectors = await asyncio.to_thread(
                embedded, index.passages, embedder, vectors_known, MOST_NEW_PASSAGES
            )
        except Exception as error:  # noqa: BLE001 - whatever it was, words are searched
            logger.warning("only the policies' words are indexed: %s", _described(error))
            return
        if vectors is not None and self._index is index:
            self._index = index.with_vectors(vectors)

    def _tell_other_embedder(self, vectors: PassageVectors | None) -> None:
        indexed = vectors.embedder if vectors else WORDS
        asking = self._embedder.name if self._embedder else WORDS
        if asking not in {WORDS, indexed}:
            logger.warning(
                "policies are indexed by %s and asked by %s: only their words are searched "
                "until they are indexed again",
                indexed,
                asking,
            )

    def _load(self, tag: str) -> None:
        """Load the stored index, if it is another than the one that was loaded."""
        if tag == self._tag:
            return
        try:
            self._stored = unpack(self._storage.read_index())
        except PolicyStorageError as error:
            logger.warning("the index of the policies is passed over: %s", error.detail)
        self._tag = tag


def _described(error: Exception) -> str:
    detail = error.detail if isinstance(error, AgentError) else str(error)
    return f"{type(error).__name__}: {detail}"
