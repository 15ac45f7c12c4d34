"""Forgets all that is kept of one person, one by one, at a pace that leaves room for everybody.

The quotas of AgentCore Memory are an account's ("Quotas for Amazon Bedrock AgentCore"): 20 events
and 20 records may be deleted a second, 5 events of one session. Half of that is taken, so that a
person with many of them is forgotten while everybody else goes on being answered.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import ParamSpec, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from identity.errors import MemoryUnavailable, NotYours
from identity.executor import Executor
from identity.memory.conversation_events import ConversationEvents, EventPage
from identity.memory.pace import Pace, paced
from identity.memory.records import MemoryRecord, MemoryRecords, RecordPage

P = ParamSpec("P")
T = TypeVar("T")
Page = TypeVar("Page", EventPage, RecordPage)

EVENTS_PER_SECOND = 10.0
SESSION_EVENTS_PER_SECOND = 2.5
RECORDS_PER_SECOND = 10.0
LISTS_PER_SECOND = 5.0
SESSIONS_AT_ONCE = 4

LAG = timedelta(minutes=5, seconds=30)
"""Listings have been seen to lag by five minutes: what is new is missing, what is gone is there."""


@dataclass(slots=True)
class Progress:
    """How far forgetting has come.

    :ivar found: how much there seemed to be; listings show some of what is gone.
    """

    events: int = 0
    records: int = 0
    found: int = 0

    @property
    def deleted(self) -> int:
        """Events and records together."""
        return self.events + self.records


class Forgetting:
    """Deletes what there is; what listings show although it is gone does no harm."""

    def __init__(
        self, events: ConversationEvents, records: MemoryRecords, execute: Executor
    ) -> None:
        self._events = events
        self._records = records
        self._execute = execute
        self._lists = Pace(LISTS_PER_SECOND)
        self._deleted_events = Pace(EVENTS_PER_SECOND)
        self._read_records = Pace(RECORDS_PER_SECOND)
        self._deleted_records = Pace(RECORDS_PER_SECOND)

    async def look(self, subject: str, asked_at: datetime, progress: Progress) -> int:
        """Delete what is listed of the time before ``asked_at``; how much of it was still there.

        Events go first: once they are gone nothing can be learned from them again. A record that
        is made a little later was learned from what was said before.

        :raises MemoryUnavailable: when something can't be listed or deleted.
        """
        before = progress.deleted
        try:
            events = await self._listed_events(subject, asked_at)
            if not progress.found:  # later on, listings also show what is gone
                records = await self._listed_records(subject, asked_at + LAG)
                progress.found = sum(map(len, events.values())) + len(records)
            await self._forget_events(subject, events, progress)
            for record in await self._listed_records(subject, asked_at + LAG):
                deleted = await self._forget_record(subject, record)
                progress.records += deleted
        except (ClientError, BotoCoreError) as error:
            raise MemoryUnavailable(_word(error)) from None
        progress.found = progress.deleted  # the rest was listed and gone
        return progress.deleted - before

    async def forget_session(self, subject: str, session: str) -> None:
        """Delete what is listed of one conversation.

        :raises MemoryUnavailable: when something can't be listed or deleted.
        """
        try:
            pages = self._pages(partial(self._events.page, subject, session))
            listed = {session: [name async for page in pages for name, _ in page.ids]}
            await self._forget_events(subject, listed, Progress())
        except (ClientError, BotoCoreError) as error:
            raise MemoryUnavailable(_word(error)) from None

    async def _listed_events(self, subject: str, until: datetime) -> dict[str, list[str]]:
        """The events of each conversation."""
        found = {}
        for session in await self._paced([self._lists], self._events.sessions, subject):
            pages = self._pages(partial(self._events.page, subject, session))
            found[session] = [id_ async for page in pages for id_, at in page.ids if at <= until]
        return found

    async def _listed_records(self, subject: str, until: datetime) -> list[MemoryRecord]:
        pages = self._pages(partial(self._records.page, subject))
        return [one async for page in pages for one in page.records if one.created <= until]

    async def _pages(self, read: Callable[[str], Page]) -> AsyncIterator[Page]:
        start: str | None = ""
        while start is not None:
            page = await self._paced([self._lists], read, start)
            yield page
            start = page.next or None

    async def _forget_events(
        self, subject: str, listed: Mapping[str, Sequence[str]], progress: Progress
    ) -> None:
        slots = asyncio.Semaphore(SESSIONS_AT_ONCE)

        async def forget(session: str, events: Sequence[str]) -> None:
            paces = [Pace(SESSION_EVENTS_PER_SECOND), self._deleted_events]
            async with slots:
                for event in events:
                    delete = partial(self._events.delete, subject, session, event)
                    deleted = await self._paced(paces, delete)
                    progress.events += deleted  # after the wait: others count meanwhile

        try:
            async with asyncio.TaskGroup() as deleting:
                for session, events in listed.items():
                    deleting.create_task(forget(session, events))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def _forget_record(self, subject: str, record: MemoryRecord) -> bool:
        """Whether it was there; each is looked at before and after (GetMemoryRecord).

        :raises MemoryUnavailable: when it is still there.
        """
        look = partial(self._records.is_there, subject, record.id, record.namespace)
        try:
            if not await self._paced([self._read_records], look):
                return False
            delete = partial(self._records.delete, subject, record.id, record.namespace)
            await self._paced([self._deleted_records], delete)
            if await self._paced([self._read_records], look):
                raise MemoryUnavailable("a deleted record is still there")
        except NotYours:
            return False  # said in the log; nobody's to delete
        return True

    async def _paced(
        self, paces: list[Pace], call: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await paced(paces, self._execute, call, *args, **kwargs)


def _word(error: Exception) -> str:
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    return code or type(error).__name__
