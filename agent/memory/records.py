"""Everything that is kept about one person: listed, found by words, and really deleted."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from agent.errors import ForeignMemoryError
from agent.memory.foreign_call_refusal import is_own_namespace
from agent.memory.pause import PAUSE_SESSION
from agent.memory.text_matching import Matches

KINDS = ("facts", "preferences", "summaries")
PAGE = 100
ROUNDS = 3
PAUSE_SECONDS = 0.5
"""Listings follow deletions with a delay: what is still listed is looked at again."""
AT_ONCE = 8
EXTRACTION_DELAY = timedelta(minutes=2)
"""What was said this recently may be on its way into a record that does not exist yet."""


@dataclass(frozen=True, slots=True)
class Record:
    """One long-term record of the person."""

    id: str
    kind: str
    namespace: str
    text: str
    created: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One saved piece of a conversation of the person."""

    id: str
    session: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Deletion:
    """What was deleted, as it was read back.

    :param left: what is still there although it should not be.
    :param fresh: something of it was said so recently that more may follow.
    """

    records: int
    events: int
    left: int
    fresh: bool


class Records:
    """The records and events of one person.

    :param client: signs as the person, and stops calls that name anybody else.
    """

    def __init__(self, client: Any, memory_id: str, subject: str) -> None:
        self._client = client
        self._memory_id = memory_id
        self._subject = subject

    def all_records(self) -> list[Record]:
        """All records of all kinds, the newest first within a kind."""
        return [record for kind in KINDS for record in self._records_of(kind)]

    def all_events(self) -> list[Event]:
        """All events of all conversations."""
        return [event for session in self._sessions() for event in self._events_of(session)]

    def forget(self, matches: Matches) -> Deletion:
        """Delete what matches, then look again until nothing is left or patience ends."""
        deleted: dict[str, Event | Record] = {}
        left = self._matching(matches)
        for attempt in range(ROUNDS):
            if not left:
                break
            if attempt:
                time.sleep(PAUSE_SECONDS)
            self._delete(left)
            deleted |= {entry.id: entry for entry in left}
            left = self._matching(matches)
        events = [entry for entry in deleted.values() if isinstance(entry, Event)]
        recent = datetime.now(UTC) - EXTRACTION_DELAY
        return Deletion(
            records=len(deleted) - len(events),
            events=len(events),
            left=len(left),
            fresh=any(event.at > recent for event in events),
        )

    def _matching(self, matches: Matches) -> list[Event | Record]:
        """Events first: once they are gone nothing can be learned from them again."""
        entries: list[Event | Record] = [*self.all_events(), *self.all_records()]
        return [entry for entry in entries if matches(entry.text)]

    def _delete(self, entries: list[Event | Record]) -> None:
        events = [entry for entry in entries if isinstance(entry, Event)]
        records = [entry for entry in entries if isinstance(entry, Record)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self._delete_event, events))
            list(pool.map(self._delete_record, records))

    def _delete_event(self, event: Event) -> None:
        with _ignoring_absent():
            self._client.delete_event(
                memoryId=self._memory_id,
                actorId=self._subject,
                sessionId=event.session,
                eventId=event.id,
            )

    def _delete_record(self, record: Record) -> None:
        """The record as the service has it now must be the person's own.

        :raises ForeignMemoryError: when it lies anywhere else; nothing is deleted then.
        """
        key = {"memoryRecordId": record.id, "namespace": record.namespace}
        with _ignoring_absent():
            now = self._client.get_memory_record(memoryId=self._memory_id, **key)["memoryRecord"]
            _check_own(now["namespaces"], self._subject)
            self._client.delete_memory_record(memoryId=self._memory_id, **key)

    def _records_of(self, kind: str) -> list[Record]:
        found = self._pages(
            self._client.list_memory_records,
            "memoryRecordSummaries",
            namespacePath=f"/{kind}/{self._subject}/",
        )
        records = [self._record(kind, summary) for summary in found]
        return sorted(records, key=lambda record: record.created, reverse=True)

    def _record(self, kind: str, summary: Any) -> Record:
        _check_own(summary["namespaces"], self._subject)
        return Record(
            id=summary["memoryRecordId"],
            kind=kind,
            namespace=summary["namespaces"][0],
            text=summary["content"].get("text", ""),
            created=summary["createdAt"],
        )

    def _sessions(self) -> list[str]:
        found = self._pages(self._client.list_sessions, "sessionSummaries", actorId=self._subject)
        sessions = (summary["sessionId"] for summary in found)
        return [session for session in sessions if session != PAUSE_SESSION]

    def _events_of(self, session: str) -> list[Event]:
        found = self._pages(
            self._client.list_events, "events", actorId=self._subject, sessionId=session
        )
        return [
            Event(event["eventId"], session, _text_of(event), event["eventTimestamp"])
            for event in found
        ]

    def _pages(self, call: Callable[..., Any], name: str, **parameters: Any) -> Iterator[Any]:
        token: dict[str, str] = {}
        while True:
            page = call(memoryId=self._memory_id, maxResults=PAGE, **parameters, **token)
            yield from page[name]
            if not page.get("nextToken"):
                return
            token = {"nextToken": page["nextToken"]}


def _check_own(namespaces: list[str], subject: str) -> None:
    if not namespaces or not all(is_own_namespace(name, subject) for name in namespaces):
        raise ForeignMemoryError(detail="a record lies outside the person's namespaces")


def _text_of(event: Any) -> str:
    """All text in an event, whoever wrote it; the session manager nests JSON in JSON."""
    return "\n".join(_strings(event.get("payload", [])))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for entry in value:
            yield from _strings(entry)
    elif isinstance(value, str):
        try:
            nested = json.loads(value)
        except ValueError:
            nested = None
        if isinstance(nested, dict | list):
            yield from _strings(nested)
        else:
            yield value


@contextmanager
def _ignoring_absent() -> Iterator[None]:
    """What somebody else has deleted a moment before is deleted."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
