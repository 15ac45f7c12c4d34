"""What the assistant remembers of one person: their conversation and their long-term records."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, cast

import boto3
from bedrock_agentcore.memory.integrations.strands.config import AgentCoreMemoryConfig
from bedrock_agentcore.memory.integrations.strands.memorystore import AgentCoreMemoryStore
from bedrock_agentcore.memory.integrations.strands.session_manager import (
    AgentCoreMemorySessionManager,
)
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from strands.memory import MemoryEntry, MemoryManager, MemorySearchOptions, MemoryStore
from strands.types.exceptions import SessionException

from agent.memory.access import FAULTS, MemoryAccess, Personal
from agent.memory.pause import MARK, PAUSED, MemorySwitch
from agent.memory.records import Records
from agent.memory.saved_messages import OwnWords

logger = logging.getLogger(__name__)

MAX_ENTRIES = 8
WHOLE_RUN = 100
"""A run's messages are saved together when it ends: a cancelled one leaves no tool use without its
result, and a run that is tried again does not find its own question."""
UNAVAILABLE = "I can't reach your memory at the moment, so I answered without what I know of you."
SHAKY = "Not everything I know of you could be read or saved this time."


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of record: where it is kept, and how much of it a question recalls.

    :param per_session: its namespaces end in a session id, and all sessions are searched.
    """

    name: str
    description: str
    top: int
    min_score: float
    per_session: bool = False


RECALLED = (
    Kind("facts", "What the person said about themselves and their work", 5, 0.1),
    Kind("preferences", "How the person likes things", 3, 0.1),
    Kind("summaries", "What earlier conversations were about", 2, 0.2, per_session=True),
)


class Conversation(AgentCoreMemorySessionManager):
    """A session whose answer stands even when it could not be saved: the person is told so."""

    def save(self) -> None:
        """Save what came after the run's own end; blocks on the network."""
        self._flush_messages()

    def _flush_messages(self) -> list[dict[str, Any]]:
        try:
            return super()._flush_messages()
        except SessionException:
            logger.error("a run was not saved")  # noqa: TRY400 - why is in the log already
            return []


Noting = Callable[[Iterable[tuple[str, str]]], None]
"""Told the kind and text of each record that a question recalled."""


class Recall(MemoryManager):
    """Finds records for a question, and tells which."""

    def __init__(self, stores: list[MemoryStore], noting: Noting | None) -> None:
        super().__init__(stores, search_tool_config=False, injection={"max_entries": MAX_ENTRIES})
        self._noting = noting

    async def search(
        self, query: str, options: MemorySearchOptions | None = None
    ) -> list[MemoryEntry]:
        """The records of all kinds that fit, as many as the model is given."""
        found = (await super().search(query, options))[:MAX_ENTRIES]
        if self._noting:
            self._noting((entry.store_name or "", entry.content) for entry in found)
        return found


class MemoryUnavailableError(Exception):
    """Nothing can be remembered for this person now; ``str()`` is for the log."""


@dataclass(frozen=True, slots=True)
class Memory:
    """One person's memory for one run.

    :param conversation: writes each message as an event and restores the earlier ones.
    :param recall: finds the records that fit the question; None while the person has paused it.
    """

    conversation: Conversation
    recall: MemoryManager | None
    records: Records

    @property
    def paused(self) -> bool:
        """Whether nothing is recalled and nothing is learned."""
        return self.recall is None


@dataclass(frozen=True, slots=True)
class Personally:
    """What a person may do with their own memory."""

    records: Records
    switch: MemorySwitch


class Memories:
    """Opens the memory of the person who asks, and of nobody else."""

    def __init__(self, memory_id: str, access: MemoryAccess) -> None:
        self._memory_id = memory_id
        self._access = access

    def open(self, subject: str, session_id: str, noting: Noting | None = None) -> Memory:
        """The person's memory, with the conversation ready to be restored; blocks on the network.

        :param noting: told which records each question of this run recalls.
        :raises MemoryUnavailableError: when it can't be had with the person's own credentials.
        """
        try:
            personal = self._access.of(subject)
            own = self._own(personal)
            paused = own.switch.is_paused()
            conversation = Conversation(
                AgentCoreMemoryConfig(
                    memory_id=self._memory_id,
                    actor_id=subject,
                    session_id=session_id,
                    async_mode=True,
                    batch_size=WHOLE_RUN,
                    default_metadata={MARK: PAUSED} if paused else None,
                ),
                boto_session=cast("boto3.Session", personal),
                converter=OwnWords,
            )
        except (BotoCoreError, ClientError, ResponseParserError, SessionException) as error:
            raise MemoryUnavailableError(f"{type(error).__name__}: {error}") from error
        recall = None if paused else self._recall(personal, conversation, noting)
        return Memory(conversation, recall, own.records)

    def of(self, subject: str) -> Personally:
        """The person's records and switch, outside of any conversation; blocks on the network.

        :raises MemoryUnavailableError: when it can't be had with the person's own credentials.
        """
        try:
            return self._own(self._access.of(subject))
        except (BotoCoreError, ClientError, ResponseParserError) as error:
            raise MemoryUnavailableError(f"{type(error).__name__}: {error}") from error

    def _own(self, personal: Personal) -> Personally:
        client = personal.client("bedrock-agentcore")
        return Personally(
            Records(client, self._memory_id, personal.subject),
            MemorySwitch(client, self._memory_id, personal.subject),
        )

    def _recall(
        self, personal: Personal, conversation: Conversation, noting: Noting | None
    ) -> MemoryManager:
        """Recall-only stores: the conversation's events are the one source of extraction."""
        stores: list[MemoryStore] = [
            AgentCoreMemoryStore(
                memory_id=self._memory_id,
                actor_id=personal.subject,
                session_id=conversation.session_id,
                name=kind.name,
                description=kind.description,
                max_search_results=kind.top,
                min_score=kind.min_score,
                namespace=None if kind.per_session else f"/{kind.name}/{personal.subject}/",
                namespace_path=f"/{kind.name}/{personal.subject}/" if kind.per_session else None,
                client=conversation.memory_client,
            )
            for kind in RECALLED
        ]
        return Recall(stores, noting)


def memory_faults() -> list[str]:
    """The memory calls of this run that AWS refused, whoever swallowed the exception."""
    return FAULTS.get()
