"""Opens one person's memory in AgentCore: their conversation, recall, records and pause."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from bedrock_agentcore.memory.client import MemoryClient
from bedrock_agentcore.memory.integrations.strands.config import AgentCoreMemoryConfig
from bedrock_agentcore.memory.integrations.strands.session_manager import (
    AgentCoreMemorySessionManager,
)
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from strands.types.agent import LocalAgent
from strands.types.content import Message
from strands.types.exceptions import SessionException
from strands.types.session import Session, SessionAgent, SessionMessage, SessionType

from agent.errors import MemoryUnavailableError
from agent.memory.access.person_credentials import MemoryCredentials, SubjectSession
from agent.memory.deletion import Forgetting
from agent.memory.extraction_filter import UserTextConverter
from agent.memory.newest_events import NewestEvents, kept_state, stateless_agent
from agent.memory.pause import MARK, PAUSED, MemoryPause
from agent.memory.private_messages import mark_private
from agent.memory.recall import OnRecall, PersonsRecords, Recall
from agent.memory.records import Records
from agent.memory.run_mark import mark
from agent.memory.unsaid_words import UnsaidWords

if TYPE_CHECKING:
    import boto3

logger = logging.getLogger(__name__)

CLIENT = "bedrock-agentcore"

WHOLE_RUN = 100
"""A run's messages are saved together when it ends: a cancelled one leaves no tool use without its
result, and a run that is tried again does not find its own question."""


class Conversation(AgentCoreMemorySessionManager):
    """A session whose answer stands even when it could not be saved: the person is told so.

    :ivar run: what the messages that come are marked with; empty for none.
    :ivar private: whether a message that comes is for the asker alone, where others read along.
    :ivar unsaid: words that are not saved with this run, because they are to be forgotten.
    :ivar after_saving: what is done once the run is saved; blocks on the network.
    :param newest: what the conversation holds; nothing else of it is read.
    """

    run = ""
    private: Callable[[], bool] = staticmethod(lambda: False)
    unsaid: UnsaidWords | None = None
    after_saving: Callable[[], None] = staticmethod(lambda: None)

    def __init__(self, config: AgentCoreMemoryConfig, session: Any, newest: NewestEvents) -> None:
        self._newest = newest
        self._kept: dict[str, Any] = {}
        super().__init__(config, boto_session=session, converter=UserTextConverter)

    def read_session(self, session_id: str, **_: Any) -> Session:
        """A session is its events; none says that it exists."""
        return Session(session_id, SessionType.AGENT)

    def read_agent(self, session_id: str, agent_id: str, **_: Any) -> SessionAgent | None:
        """What is kept of the agent; None in a conversation that begins."""
        del session_id
        if not self._newest.events:
            return None
        stored = self._newest.stored_agent(agent_id)
        self._kept = kept_state(stored)
        found = stored or stateless_agent(agent_id)
        created = cast("dict[str, str]", self._agent_created_at_cache)
        created[agent_id] = found.created_at
        return found

    def list_messages(self, *_: Any, **__: Any) -> list[SessionMessage]:
        """The messages that a model is shown; those before them are not read."""
        return self._newest.messages()

    def append_message(self, message: Message, agent: LocalAgent, **kwargs: Any) -> None:
        """Mark a message with its run and its audience, and keep it until the run ends."""
        if self.run:
            mark(message, self.run)
        if self.private():
            mark_private(message)
        super().append_message(message, agent, **kwargs)

    def save_state(self, agent: LocalAgent) -> None:
        """Save at once what waits and what was done of it; blocks on the network.

        :raises SessionException: when it can't be saved.
        """
        self.sync_agent(agent)
        self._flush_agent_states_only()

    def save(self) -> None:
        """Save what came after the run's own end; blocks on the network."""
        self._flush_messages()
        self.after_saving()

    def _flush_messages(self) -> list[dict[str, Any]]:
        if self.unsaid:
            with self._message_lock:
                self._message_buffer = [self.unsaid.without(one) for one in self._message_buffer]
        try:
            return super()._flush_messages()
        except SessionException:
            logger.error("a run was not saved")  # noqa: TRY400 - why is in the log already
            return []

    def _flush_agent_states_only(self) -> list[dict[str, Any]]:
        """Save the newest state alone, and only where it says something new.

        Nobody reads those before it, and all of them say more than it does.
        """
        with self._agent_state_lock:
            newest = self._agent_state_buffer[-1:]
            kept = kept_state(newest[0][1]) if newest else self._kept
            self._agent_state_buffer[:] = newest if kept != self._kept else []
        saved = super()._flush_agent_states_only()
        self._kept = kept
        return saved


@dataclass(frozen=True, slots=True)
class RunMemory:
    """One person's memory for one run.

    :param conversation: writes each message as an event and restores the earlier ones.
    :param recall: finds the records that fit the question; None where nothing is recalled.
    :param controls: what the person may do with all of it.
    :param paused: whether the person has paused it.
    """

    conversation: Conversation
    recall: Recall | None
    controls: "MemoryControls"
    paused: bool


@dataclass(frozen=True, slots=True)
class MemoryControls:
    """What a person may do with their own memory."""

    records: Records
    forgetting: Forgetting
    pause: MemoryPause


class AgentCoreMemory:
    """Opens the memory of the person who asks, and of nobody else."""

    def __init__(self, memory_id: str, credentials: MemoryCredentials) -> None:
        self._memory_id = memory_id
        self._credentials = credentials

    async def open(
        self,
        subject: str,
        session_id: str,
        on_recall: OnRecall | None = None,
        *,
        personal: bool = True,
        question: str = "",
        version: str = "",
    ) -> RunMemory:
        """The person's memory, with all that a run reads of it: three calls, at the same time.

        :param on_recall: is given the records that each question of this run recalls.
        :param personal: whether anything is recalled, and learned, of the person; not where
            others read along.
        :param question: what the run is asked; recalled for it while the rest is read. What was
            found is thrown away where the person has paused their memory.
        :param version: what was recalled under another one is out of date.
        :raises MemoryUnavailableError: when it can't be had with the person's own credentials.
        """
        try:
            session = await asyncio.to_thread(self._credentials.session, subject)
            controls = await asyncio.to_thread(self._controls, session)
            records = await asyncio.to_thread(self._records, session, session_id, version)
            newest_events = partial(
                NewestEvents.read, session.client(CLIENT), self._memory_id, subject, session_id
            )
            paused, newest, _ = await asyncio.gather(
                asyncio.to_thread(controls.pause.is_paused),
                asyncio.to_thread(newest_events),
                records.look_ahead(question if personal else ""),
            )
            silent = paused or not personal
            conversation = await asyncio.to_thread(
                Conversation, self._config(subject, session_id, silent=silent), session, newest
            )
        except (BotoCoreError, ClientError, ResponseParserError, SessionException) as error:
            raise MemoryUnavailableError(detail=f"{type(error).__name__}: {error}") from error
        recall = None if silent else Recall(records, on_recall)
        return RunMemory(conversation, recall, controls, paused)

    def _records(self, session: SubjectSession, session_id: str, version: str) -> PersonsRecords:
        client = MemoryClient(session.region_name, boto3_session=cast("boto3.Session", session))
        recalls = session.recent_recalls.of_version(version)
        return PersonsRecords(client, self._memory_id, session.subject, session_id, recalls)

    def _config(self, subject: str, session_id: str, *, silent: bool) -> AgentCoreMemoryConfig:
        return AgentCoreMemoryConfig(
            memory_id=self._memory_id,
            actor_id=subject,
            session_id=session_id,
            async_mode=True,
            batch_size=WHOLE_RUN,
            default_metadata={MARK: PAUSED} if silent else None,
        )

    def controls(self, subject: str) -> MemoryControls:
        """The person's records and pause, outside of any conversation; blocks on the network.

        :raises MemoryUnavailableError: when it can't be had with the person's own credentials.
        """
        try:
            return self._controls(self._credentials.session(subject))
        except (BotoCoreError, ClientError, ResponseParserError) as error:
            raise MemoryUnavailableError(detail=f"{type(error).__name__}: {error}") from error

    def _controls(self, session: SubjectSession) -> MemoryControls:
        client = session.client(CLIENT)
        return MemoryControls(
            Records(client, self._memory_id, session.subject),
            Forgetting(client, self._memory_id, session.subject),
            MemoryPause(client, self._memory_id, session.subject),
        )
