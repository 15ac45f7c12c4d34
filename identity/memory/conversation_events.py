"""What was said in one person's conversations, as the memory keeps it: events, and their end.

The memory learns from events, and a conversation goes on from them; who wants to be forgotten wants
them gone as well, and before the records, so that nothing is learned from them again.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from identity.errors import MemoryUnavailable
from identity.executor import Executor
from identity.memory.role import MemoryRole

MEMORY_SWITCH = "memory-switch"
"""The session in which the agent keeps whether a person has paused their memory: no conversation,
and a pause must outlast being forgotten."""

PAGE = 100
MAX_CONCURRENT = 4
DELETION_CHECKS = 3
DELETION_CHECK_PAUSE = 0.5

_Event = tuple[str, str]


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
            return await self._execute(lambda: any(True for _ in self._events(subject)))
        except (ClientError, BotoCoreError) as error:
            raise MemoryUnavailable(type(error).__name__) from None

    async def forget(self, subject: str) -> None:
        """Delete all of it, and look that it is gone.

        :raises MemoryUnavailable: when something could not be deleted.
        """
        slots = asyncio.Semaphore(MAX_CONCURRENT)

        async def delete(event: _Event) -> None:
            async with slots:
                await self._execute(self._delete, subject, event)

        try:
            for attempt in range(DELETION_CHECKS):
                if attempt:
                    await asyncio.sleep(DELETION_CHECK_PAUSE)
                left = await self._execute(lambda: list(self._events(subject)))
                if not left:
                    return
                await asyncio.gather(*map(delete, left))
        except (ClientError, BotoCoreError) as error:
            raise MemoryUnavailable(type(error).__name__) from None
        if await self.exist(subject):
            raise MemoryUnavailable("events remain after all of them were deleted")

    def _events(self, subject: str) -> Iterator[_Event]:
        for session in self._pages(subject, "list_sessions", "sessionSummaries"):
            name = session["sessionId"]
            if name == MEMORY_SWITCH:
                continue
            for event in self._pages(subject, "list_events", "events", sessionId=name):
                yield name, event["eventId"]

    def _pages(self, subject: str, call: str, items: str, **asked: str) -> Iterator[Any]:
        pages = self._role.client(subject).get_paginator(call)  # type: ignore[call-overload]
        size = {"PageSize": PAGE}
        for page in pages.paginate(
            memoryId=self._memory_id, actorId=subject, PaginationConfig=size, **asked
        ):
            yield from page[items]

    def _delete(self, subject: str, event: _Event) -> None:
        client = self._role.client(subject)
        session, name = event
        try:
            client.delete_event(
                memoryId=self._memory_id, actorId=subject, sessionId=session, eventId=name
            )
        except client.exceptions.ResourceNotFoundException:
            return  # gone meanwhile
