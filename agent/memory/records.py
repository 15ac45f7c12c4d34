"""Lists everything that is kept about one person."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bedrock_agentcore.memory.integrations.strands.session_manager import STATE_TYPE_KEY

from agent.errors import ForeignMemoryError
from agent.memory.access.foreign_call_refusal import is_own_namespace
from agent.memory.pause import PAUSE_SESSION

PAGE = 100


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
    """One saved piece of a conversation of the person.

    :param text: all words in it, whoever wrote them.
    :param said: what the person wrote; empty for anything else.
    :param state: what it is a state of, ``AGENT`` or ``SESSION``; empty for a message.
    """

    id: str
    session: str
    text: str
    at: datetime
    said: str = ""
    state: str = ""


Entry = Event | Record


class Records:
    """The records and events of one person.

    :param client: signs as the person, and stops calls that name anybody else.
    """

    def __init__(self, client: Any, memory_id: str, subject: str) -> None:
        self._client = client
        self._memory_id = memory_id
        self._subject = subject

    def all_records(self) -> list[Record]:
        """All records of all kinds, by kind and the newest first within a kind."""
        found = self._pages(
            self._client.list_memory_records,
            "memoryRecordSummaries",
            namespacePath=f"/people/{self._subject}/",
        )
        records = sorted(map(self._record, found), key=lambda one: one.created, reverse=True)
        return sorted(records, key=lambda record: record.kind)

    def all_events(self) -> list[Event]:
        """All events of all conversations."""
        return [event for session in self._sessions() for event in self.events_of(session)]

    def _record(self, summary: Any) -> Record:
        check_own(summary["namespaces"], self._subject)
        return Record(
            id=summary["memoryRecordId"],
            kind=kind_of(summary["namespaces"][0]),
            namespace=summary["namespaces"][0],
            text=summary["content"].get("text", ""),
            created=summary["createdAt"],
        )

    def _sessions(self) -> list[str]:
        found = self._pages(
            self._client.list_sessions,
            "sessionSummaries",
            actorId=self._subject,
            filter={"eventFilter": "HAS_EVENTS"},  # emptied sessions stay listed otherwise
        )
        sessions = (summary["sessionId"] for summary in found)
        return [session for session in sessions if session != PAUSE_SESSION]

    def events_of(self, session: str) -> list[Event]:
        """All events of one conversation."""
        found = self._pages(
            self._client.list_events, "events", actorId=self._subject, sessionId=session
        )
        return [
            Event(
                event["eventId"],
                session,
                _text_of(event),
                event["eventTimestamp"],
                _said_in(event),
                event.get("metadata", {}).get(STATE_TYPE_KEY, {}).get("stringValue", ""),
            )
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


def kind_of(namespace: str) -> str:
    """The kind in ``/people/SUBJECT/KIND/…``; empty where there is none."""
    return "".join(namespace.split("/")[3:4])


def check_own(namespaces: list[str], subject: str) -> None:
    """A record in these namespaces must be the person's own.

    :raises ForeignMemoryError: when it lies anywhere else.
    """
    if not namespaces or not all(is_own_namespace(name, subject) for name in namespaces):
        raise ForeignMemoryError(detail="a record lies outside the person's namespaces")


def _text_of(event: Any) -> str:
    """All words in an event, whoever wrote them; when it was saved isn't one of them."""
    contents = [_content(item) or item for item in event.get("payload", [])]
    return "\n".join(_strings(contents))


def _said_in(event: Any) -> str:
    """What the person wrote; only their words are saved as conversation."""
    items = [item for item in event.get("payload", []) if "conversational" in item]
    blocks = [block for item in items for block in _content(item)]
    return " ".join(block["text"] for block in blocks if "text" in block)


def _content(item: Any) -> list[Any]:
    """The blocks of a message as the session manager saves it; none of what isn't one."""
    try:
        saved = (
            item["conversational"]["content"]["text"]
            if "conversational" in item
            else json.loads(item["blob"])[0]
        )
        return list(json.loads(saved)["message"]["content"])
    except (ValueError, LookupError, TypeError):
        return []


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
