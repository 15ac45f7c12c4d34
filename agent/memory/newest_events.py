"""What a conversation holds, read from the newest of its events alone: messages and state."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bedrock_agentcore.memory.integrations.strands.session_manager import (
    AGENT_ID_KEY,
    STATE_TYPE_KEY,
    StateType,
)
from strands.agent.conversation_manager import SlidingWindowConversationManager
from strands.types.session import SessionAgent, SessionMessage

from agent.memory.extraction_filter import UserTextConverter

WINDOW = 40
"""Messages of a conversation that a model is shown."""
NEWEST = 30
"""Events that are read, of at most 100 on a page (ListEvents, AgentCore API reference). A run is an
event of two messages at least, so that 20 hold the window; the others are for states."""
MOST_PAGES = 3
"""Pages that are read where states crowd the messages out; one is enough for nearly everybody."""
OF_ONE_RUN = frozenset({"agui_context", "__ag_ui_tool_call_map__", "cedar-authorization"})
"""What libraries keep in an agent's state for its run alone: its request's context, its calls and
how many they were. No policy of ours asks for that number, and what waits is kept apart."""


@dataclass(frozen=True, slots=True)
class NewestEvents:
    """The newest events of one conversation, the newest first.

    A state that is older than these has been over for many runs: each run leaves the next one a
    state of its own where there is anything to leave.
    """

    events: Sequence[Any]

    @classmethod
    def read(cls, client: Any, memory_id: str, subject: str, session: str) -> "NewestEvents":
        """One page; more where it has too few messages and there are more. Blocks on the network.

        :raises botocore.exceptions.ClientError: when the memory refuses.
        """
        found: list[Any] = []
        token: dict[str, str] = {}
        for _ in range(MOST_PAGES):
            page = client.list_events(
                memoryId=memory_id,
                actorId=subject,
                sessionId=session,
                maxResults=NEWEST,
                includePayloads=True,
                **token,
            )
            found += page["events"]
            if not page.get("nextToken") or len(_messages(found)) >= WINDOW:
                break
            token = {"nextToken": page["nextToken"]}
        return cls(found)

    def stored_agent(self, agent_id: str) -> SessionAgent | None:
        """The newest state, with nothing removed from the messages that :meth:`messages` gives."""
        for event in self.events:
            if _is_state(event, agent_id):
                stored = json.loads(event["payload"][-1]["blob"])  # the newest of several is last
                window = {**stored["conversation_manager_state"], "removed_message_count": 0}
                return SessionAgent.from_dict({**stored, "conversation_manager_state": window})
        return None

    def messages(self) -> list[SessionMessage]:
        """The last messages, as many as the window takes, from a person's words on."""
        messages = _messages(self.events)
        if len(messages) <= WINDOW:
            return messages
        first = len(messages) - WINDOW
        questions = (at for at in range(first, len(messages)) if _is_question(messages[at]))
        return messages[next(questions, first) :]


def stateless_agent(agent_id: str) -> SessionAgent:
    """An agent of which no state is kept, because there was none to keep."""
    window = SlidingWindowConversationManager().get_state()
    return SessionAgent(agent_id=agent_id, state={}, conversation_manager_state=window)


def kept_state(agent: SessionAgent | None) -> dict[str, Any]:
    """What a later run must know of an agent's state; empty for most."""
    if agent is None:
        return {}
    stored = agent.to_dict()
    internal = stored["_internal_state"]
    waiting = {name: value for name, value in internal.get("interrupt_state", {}).items() if value}
    state = {name: value for name, value in stored["state"].items() if name not in OF_ONE_RUN}
    parts = {"state": state, "waiting": waiting, "model": internal.get("model_state")}
    return {name: part for name, part in parts.items() if part}


def _messages(events: Sequence[Any]) -> list[SessionMessage]:
    said = [event for event in events if STATE_TYPE_KEY not in event.get("metadata", {})]
    return UserTextConverter.events_to_messages(said)


def _is_state(event: Any, agent_id: str) -> bool:
    metadata = event.get("metadata", {})
    said = {name: metadata.get(name, {}).get("stringValue") for name in metadata}
    return (said.get(STATE_TYPE_KEY), said.get(AGENT_ID_KEY)) == (StateType.AGENT.value, agent_id)


def _is_question(message: SessionMessage) -> bool:
    said = message.to_message()
    return said["role"] == "user" and not any("toolResult" in block for block in said["content"])
