"""The company's policies as all runs share them, looked at again when a search finds them old."""

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass

from agent.errors import AgentError, PoliciesUnavailableError, PolicyUnreadableError
from agent.tools.policies.index import Hits, Index
from agent.tools.policies.passages import Passage, passages
from agent.tools.policies.storage import MOST_BYTES, DocumentStorage, ListedDocument
from agent.wall_clock import is_older

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 180.0
RETRY_SECONDS = 20.0
PATIENCE_SECONDS = 30.0
"""How long a search waits for reading; what was read before is searched then."""
MOST_DOCUMENTS = 500


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search found.

    :param unread: names of documents that could not be read, each with the reason.
    :param empty: there is no document at all.
    """

    hits: Hits
    unread: tuple[str, ...]
    empty: bool


@dataclass(frozen=True, slots=True)
class _Document:
    version: str
    passages: tuple[Passage, ...] = ()
    problem: str = ""


TOO_MANY = _Document("", problem=f"there are more than {MOST_DOCUMENTS} documents")


class PolicyCollection:
    """Every policy document of the company; nobody's own, so all people share them."""

    def __init__(self, storage: DocumentStorage) -> None:
        self._storage = storage
        self._documents: dict[str, _Document] = {}
        self._index: Index | None = None
        self._looked_at = 0.0
        self._keep = REFRESH_SECONDS
        self._reading: asyncio.Task[None] | None = None

    async def search(self, question: str) -> SearchResult:
        """What the policies say about a question, the best passage first.

        :raises PoliciesUnavailableError: while the documents have never been read.
        """
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(self._read()), PATIENCE_SECONDS)
        index, documents = self._index, self._documents
        if index is None:
            raise PoliciesUnavailableError
        hits = await asyncio.to_thread(index.search, question)
        unread = tuple(f"{name} ({d.problem})" for name, d in documents.items() if d.problem)
        return SearchResult(hits, unread, empty=not len(index) and not unread)

    def _read(self) -> asyncio.Task[None]:
        """The reading that all searches of this moment wait for."""
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._keep_fresh())
        return self._reading

    async def _keep_fresh(self) -> None:
        """Read what has changed, if the last look is a while ago by the wall clock."""
        if not is_older(self._looked_at, self._keep):
            return
        try:
            await asyncio.to_thread(self._refresh)
            self._keep = REFRESH_SECONDS
        except Exception as error:  # noqa: BLE001 - whatever it was, what was read before is searched
            logger.error("policies can't be read: %s", _described(error))  # noqa: TRY400 - no traceback
            self._keep = RETRY_SECONDS
        self._looked_at = time.time()

    def _refresh(self) -> None:
        """Read what is new; while anything fails, what was read before stays."""
        listed = self._storage.listed()
        before = self._documents
        documents = {entry.name: self._document(entry) for entry in listed[:MOST_DOCUMENTS]}
        documents |= {entry.name: TOO_MANY for entry in listed[MOST_DOCUMENTS:]}
        if self._index is not None and documents == before:
            return
        found = [passage for document in documents.values() for passage in document.passages]
        self._documents, self._index = documents, Index(found)
        logger.info("read %d policy documents: %d passages", len(documents), len(found))

    def _document(self, entry: ListedDocument) -> _Document:
        known = self._documents.get(entry.name)
        if known is not None and known.version == entry.version:
            return known
        if entry.size > MOST_BYTES:
            return _Document(entry.version, problem=f"it has more than {MOST_BYTES // 2**20} MB")
        content = self._storage.read(entry.name)
        try:
            return _Document(entry.version, tuple(passages(entry.name, content)))
        except PolicyUnreadableError as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001 - one document must not hide the others
            problem = f"it is damaged: {type(error).__name__}"
        logger.warning("policy document %s is passed over: %s", entry.name, problem)
        return _Document(entry.version, problem=problem)


def _described(error: Exception) -> str:
    detail = error.detail if isinstance(error, AgentError) else str(error)
    return f"{type(error).__name__}: {detail}"
