"""Opens one person's memory in AgentCore: their conversation, recall, records and pause."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import boto3
from bedrock_agentcore.memory.integrations.strands.config import AgentCoreMemoryConfig
from bedrock_agentcore.memory.integrations.strands.session_manager import (
    AgentCoreMemorySessionManager,
)
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from strands.types.agent import LocalAgent
from strands.types.content import Message
from strands.types.exceptions import SessionException

from agent.errors import MemoryUnavailableError
from agent.memory.access.person_credentials import MemoryCredentials, SubjectSession
from agent.memory.extraction_filter import UserTextConverter
from agent.memory.forgetting import Forgetting
from agent.memory.pause import MARK, PAUSED, MemoryPause
from agent.memory.private_messages import mark_private
from agent.memory.recall import OnRecall, PersonsRecords, Recall
from agent.memory.records import Records
from agent.memory.run_mark import mark
from agent.memory.unsaid_words import UnsaidWords

logger = logging.getLogger(__name__)

WHOLE_RUN = 100
"""A run's messages are saved together when it ends: a cancelled one leaves no tool use without its
result, and a run that is tried again does not find its own question."""


class Conversation(AgentCoreMemorySessionManager):
    """A session whose answer stands even when it could not be saved: the person is told so.

    :ivar run: what the messages that come are marked with; empty for none.
    :ivar private: whether a message that comes is for the asker alone, where others read along.
    :ivar unsaid: words that are not saved with this run, because they are to be forgotten.
    :ivar after_saving: what is done once the run is saved; blocks on the network.
    """

    run = ""
    private: Callable[[], bool] = staticmethod(lambda: False)
    unsaid: UnsaidWords | None = None
    after_saving: Callable[[], None] = staticmethod(lambda: None)

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
        """Save the newest state alone: nobody reads those before it, and all of them say more."""
        with self._agent_state_lock:
            del self._agent_state_buffer[:-1]
        return super()._flush_agent_states_only()


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

    def open(
        self,
        subject: str,
        session_id: str,
        on_recall: OnRecall | None = None,
        *,
        personal: bool = True,
        version: str = "",
    ) -> RunMemory:
        """The person's memory, with the conversation ready to be restored; blocks on the network.

        :param on_recall: is given the records that each question of this run recalls.
        :param personal: whether anything is recalled, and learned, of the person; not where
            others read along.
        :param version: what was recalled under another one is out of date.
        :raises MemoryUnavailableError: when it can't be had with the person's own credentials.
        """
        try:
            session = self._credentials.session(subject)
            controls = self._controls(session)
            paused = controls.pause.is_paused()
            silent = paused or not personal
            conversation = Conversation(
                AgentCoreMemoryConfig(
                    memory_id=self._memory_id,
                    actor_id=subject,
                    session_id=session_id,
                    async_mode=True,
                    batch_size=WHOLE_RUN,
                    default_metadata={MARK: PAUSED} if silent else None,
                ),
                boto_session=cast("boto3.Session", session),
                converter=UserTextConverter,
            )
        except (BotoCoreError, ClientError, ResponseParserError, SessionException) as error:
            raise MemoryUnavailableError(detail=f"{type(error).__name__}: {error}") from error
        recall = None
        if not silent:
            client, recalls = conversation.memory_client, session.recent_recalls.of_version(version)
            records = PersonsRecords(client, self._memory_id, subject, session_id, recalls)
            recall = Recall(records, on_recall)
        return RunMemory(conversation, recall, controls, paused)

    def controls(self, subject: str) -> MemoryControls:
        """The person's records and pause, outside of any conversation; blocks on the network.

        :raises MemoryUnavailableError: when it can't be had with the person's own credentials.
        """
        try:
            return self._controls(self._credentials.session(subject))
        except (BotoCoreError, ClientError, ResponseParserError) as error:
            raise MemoryUnavailableError(detail=f"{type(error).__name__}: {error}") from error

    def _controls(self, session: SubjectSession) -> MemoryControls:
        client = session.client("bedrock-agentcore")
        return MemoryControls(
            Records(client, self._memory_id, session.subject),
            Forgetting(client, self._memory_id, session.subject),
            MemoryPause(client, self._memory_id, session.subject),
        )
