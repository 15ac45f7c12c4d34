"""Which long-term records a question recalls: their kinds, how many, and how alike."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bedrock_agentcore.memory.integrations.strands.memorystore import AgentCoreMemoryStore
from strands.memory import MemoryEntry, MemoryManager, MemorySearchOptions, MemoryStore

MAX_ENTRIES = 8


@dataclass(frozen=True, slots=True)
class RecordKind:
    """One kind of record: where it is kept, and how much of it a question recalls.

    :param per_session: its namespaces end in a session id, and all sessions are searched.
    """

    name: str
    description: str
    top: int
    min_score: float
    per_session: bool = False


RECALLED_KINDS = (
    RecordKind("facts", "What the person said about themselves and their work", 5, 0.1),
    RecordKind("preferences", "How the person likes things", 3, 0.1),
    RecordKind("summaries", "What earlier conversations were about", 2, 0.2, per_session=True),
)

OnRecall = Callable[[Iterable[tuple[str, str]]], None]
"""Is given the kind and text of each record that a question recalled."""


class Recall(MemoryManager):
    """Finds records for a question, and reports which."""

    def __init__(self, stores: list[MemoryStore], on_recall: OnRecall | None) -> None:
        super().__init__(stores, search_tool_config=False, injection={"max_entries": MAX_ENTRIES})
        self._on_recall = on_recall

    async def search(
        self, query: str, options: MemorySearchOptions | None = None
    ) -> list[MemoryEntry]:
        """The records of all kinds that fit, as many as the model is given."""
        entries = (await super().search(query, options))[:MAX_ENTRIES]
        if self._on_recall:
            self._on_recall((entry.store_name or "", entry.content) for entry in entries)
        return entries


def recall_stores(client: Any, memory_id: str, subject: str, session_id: str) -> list[MemoryStore]:
    """A recall-only store a kind: the conversation's events are the one source of extraction.

    :param client: the memory client of the conversation, which signs as the person.
    """
    return [
        AgentCoreMemoryStore(
            memory_id=memory_id,
            actor_id=subject,
            session_id=session_id,
            name=kind.name,
            description=kind.description,
            max_search_results=kind.top,
            min_score=kind.min_score,
            namespace=None if kind.per_session else f"/{kind.name}/{subject}/",
            namespace_path=f"/{kind.name}/{subject}/" if kind.per_session else None,
            client=client,
        )
        for kind in RECALLED_KINDS
    ]
