"""What was said in one person's conversations, as the memory keeps it: events, and their end.

The memory learns from events, and a conversation goes on from them; who wants to be forgotten wants
them gone as well, and before the records, so that nothing is learned from them again.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from identity.errors import MemoryUnavailable
from identity.executor import Executor
from identity.memory.person_credentials import MemoryRole

MEMORY_SWITCH = "memory-switch"
"""The session in which the agent keeps whether a person has paused their memory: no conversation,
and a pause must outlast being forgotten."""

PAGE = 100
WITH_EVENTS = {"eventFilter": "HAS_EVENTS"}
"""Sessions stay listed after their last event (ListSessions, SessionFilter)."""


@dataclass(frozen=True, slots=True)
class EventPage:
    """Some events of one session.

    :param ids: each with the moment at which it happened.
    :param next: where the next page begins; empty where there is none.
    """

    ids: tuple[tuple[str, datetime], ...]
    next: str


class ConversationEvents:
    """The events of one verified subject at a time, by the memory role with that person's tag."""

    def __init__(self, role: MemoryRole, memory_id: str, execute: Executor) -> None:
        self._role = role
        self._memory_id = memory_id
        self._execute = execute

    async def exist(self, subject: str) -> bool:
        """Whether anything that ``subject`` said or was told is kept.

        :raises MemoryUnavailable: when that can't be read.
        """
        try:
            return await self._execute(lambda: any(True for _ in self._sessions(subject)))
        except (ClientError, BotoCoreError) as error:
            raise MemoryUnavailable(type(error).__name__) from None

    def sessions(self, subject: str) -> list[str]:
        """The conversations in which there is anything; blocks.

        :raises botocore.exceptions.ClientError: when they can't be listed.
        """
        return list(self._sessions(subject))

    def page(self, subject: str, session: str, start: str = "") -> EventPage:
        """A page of a conversation's events, the newest first; blocks.

        :raises botocore.exceptions.ClientError: when they can't be listed.
        """
        more: Any = {"nextToken": start} if start else {}
        answer = self._role.client(subject).list_events(
            memoryId=self._memory_id,
            actorId=subject,
            sessionId=session,
            includePayloads=False,
            maxResults=PAGE,
            **more,
        )
        found = ((event["eventId"], event["eventTimestamp"]) for event in answer["events"])
        return EventPage(tuple(found), answer.get("nextToken", ""))

    def payloads(self, subject: str) -> dict[str, list[Any]]:
        """All that was said, by conversation, as the memory has it; blocks.

        :raises botocore.exceptions.ClientError: when it can't be listed.
        """
        listed = self._role.client(subject).get_paginator("list_events")
        return {
            session: [
                {"at": event["eventTimestamp"].isoformat(), "said": _readable(event["payload"])}
                for page in listed.paginate(
                    memoryId=self._memory_id, actorId=subject, sessionId=session
                )
                for event in page["events"]
            ]
            for session in [*self._sessions(subject), MEMORY_SWITCH]
        }

    def delete(self, subject: str, session: str, event: str) -> bool:
        """Delete an event; blocks. False when it was gone already.

        :raises botocore.exceptions.ClientError: when it can't be deleted.
        """
        client = self._role.client(subject)
        try:
            client.delete_event(
                memoryId=self._memory_id, actorId=subject, sessionId=session, eventId=event
            )
        except client.exceptions.ResourceNotFoundException:
            return False
        return True

    def _sessions(self, subject: str) -> Iterator[str]:
        pages = (
            self._role.client(subject)
            .get_paginator("list_sessions")
            .paginate(
                memoryId=self._memory_id,
                actorId=subject,
                filter=WITH_EVENTS,  # type: ignore[arg-type]
                PaginationConfig={"PageSize": PAGE},
            )
        )
        for page in pages:
            for session in page["sessionSummaries"]:
                if session["sessionId"] != MEMORY_SWITCH:
                    yield session["sessionId"]


def _readable(payload: Any) -> list[Any]:
    """The parts of an event as JSON has them."""
    return [
        part["conversational"]["content"]["text"] if "conversational" in part else part.get("blob")
        for part in payload
    ]
