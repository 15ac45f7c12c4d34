"""Which long-term records a question recalls: by one search, how many of each kind, how alike."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bedrock_agentcore.memory.integrations.strands.memorystore import AgentCoreMemoryStore
from botocore.exceptions import BotoCoreError, ClientError
from strands.memory import (
    InjectionQueryContext,
    MemoryEntry,
    MemoryInjectionConfig,
    MemoryManager,
    MemorySearchOptions,
    SearchOptions,
)

from agent.memory.access.recent_recalls import VersionRecalls
from agent.memory.access.throttling import is_throttling
from agent.memory.records import kind_of
from agent.request.user_text import user_texts

logger = logging.getLogger(__name__)

MAX_ENTRIES = 8
SEARCHED = 20
"""Records that one search brings, the most alike first: what the service has on one page."""

NAMESPACES, SCORE = "_namespaces", "_score"
"""What the store tells of a record beside its text."""


@dataclass(frozen=True, slots=True)
class RecordKind:
    """How much of one kind a question recalls."""

    name: str
    top: int
    min_score: float


RECALLED_KINDS = (
    RecordKind("facts", 5, 0.1),
    # How somebody likes their answers is about none of their questions and counts for all of them.
    RecordKind("preferences", 3, 0.0),
    RecordKind("summaries", 2, 0.2),
)

OnRecall = Callable[[Iterable[tuple[str, str]]], None]
"""Is given the kind and text of each record that a question recalled."""


class PersonsRecords(AgentCoreMemoryStore):
    """Everything that is remembered of one person, searched once a question.

    An account may search 30 times a second (AgentCore quotas), so the kinds share one search over
    the person's root, and a conversation that asks the same again is told the same.

    :param client: the memory client of the conversation, which signs as the person.
    """

    def __init__(
        self, client: Any, memory_id: str, subject: str, session_id: str, recalls: VersionRecalls
    ) -> None:
        super().__init__(
            memory_id=memory_id,
            actor_id=subject,
            session_id=session_id,
            name="memory",
            description="What is remembered of the person who asks",
            namespace_path=f"/people/{subject}/",
            max_search_results=SEARCHED,
            client=client,
        )
        self._session = session_id
        self._recalls = recalls
        self._throttled = ""
        self._ahead: tuple[str, list[MemoryEntry]] | None = None

    async def look_ahead(self, question: str) -> None:
        """Search for a run's question before the run begins; without one there is nothing to do.

        A search that fails isn't made again for the run: what has failed is noted of its call.
        """
        if not question.strip():
            return
        try:
            found = await self.search(question.strip())
        except (BotoCoreError, ClientError):
            found = []
        self._ahead = (question.strip(), found)

    async def search(self, query: str, _: SearchOptions | None = None) -> list[MemoryEntry]:
        """The records of each kind that fit, the most alike first within a kind.

        :raises botocore.exceptions.ClientError: when the memory refuses; not when it is throttled,
            for the answer then comes without what would have been recalled.
        """
        if self._ahead and self._ahead[0] == query.strip():
            return self._ahead[1]
        known = self._recalls.of(self._session, query)
        if known is not None:
            return known
        if query == self._throttled:
            return self._recalls.latest(self._session)
        try:
            found = await super().search(query)  # all kinds, whatever is injected in the end
        except ClientError as error:
            if not is_throttling(error):
                raise
            logger.warning("recall was throttled: an answer comes without it")
            self._throttled = query
            return self._recalls.latest(self._session)
        fitting = [entry for kind in RECALLED_KINDS for entry in _of_kind(found, kind)]
        self._recalls.note(self._session, query, fitting)
        return fitting


class Recall(MemoryManager):
    """Finds records for a question, and reports which."""

    def __init__(self, records: PersonsRecords, on_recall: OnRecall | None) -> None:
        injection: MemoryInjectionConfig = {
            "max_entries": MAX_ENTRIES,
            # After a tool too: how somebody likes their answers counts when one is written.
            "trigger": "everyTurn",
            "query": _asked,
        }
        super().__init__([records], search_tool_config=False, injection=injection)
        self._on_recall = on_recall
        self._told: str | None = None

    async def search(
        self, query: str, options: MemorySearchOptions | None = None
    ) -> list[MemoryEntry]:
        """The records of all kinds that fit, as many as the model is given."""
        entries = [_named(entry) for entry in (await super().search(query, options))[:MAX_ENTRIES]]
        if self._on_recall and query != self._told:
            self._told = query
            self._on_recall((entry.store_name or "", entry.content) for entry in entries)
        return entries


def _asked(context: InjectionQueryContext) -> str | None:
    """What the person asked, also while a tool has the last word: it was searched for already."""
    return next(reversed(user_texts(context.messages)), None)


def _of_kind(found: Iterable[MemoryEntry], kind: RecordKind) -> list[MemoryEntry]:
    fitting = [
        entry
        for entry in found
        if _kind(entry) == kind.name and float(_told(entry).get(SCORE) or 0) >= kind.min_score
    ]
    return fitting[: kind.top]


def _named(entry: MemoryEntry) -> MemoryEntry:
    """The entry under its kind: the model is told which it is."""
    return MemoryEntry(content=entry.content, store_name=_kind(entry), metadata=entry.metadata)


def _kind(entry: MemoryEntry) -> str:
    return kind_of(next(iter(_told(entry).get(NAMESPACES, ())), ""))


def _told(entry: MemoryEntry) -> dict[str, Any]:
    return entry.metadata or {}
