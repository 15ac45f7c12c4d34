"""Deletes what is kept about one person, below AWS's quotas, and reads back whether it is gone.

The quotas of AgentCore Memory are an account's ("Quotas for Amazon Bedrock AgentCore"): 20 events
may be deleted a second, 5 of one session, and each other call 20 times. Somewhat more than half of
it is taken, since somebody waits for the end.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, zip_longest
from typing import Any

from bedrock_agentcore.memory.integrations.strands.session_manager import StateType
from botocore.exceptions import ClientError

from agent.memory.access.call_pace import Pace, PacedCalls, TooSlowError
from agent.memory.records import Entry, Event, Record, Records, check_own
from agent.memory.text_matching import Matches

EVENTS_PER_SECOND = 12.0
SESSION_EVENTS_PER_SECOND = 4.0
CALLS_PER_SECOND = 12.0
LONGEST_SECONDS = 80.0
"""What isn't gone by then is said to be left: an answer has its own limit (``turn_seconds``)."""
ROUNDS = 3
PAUSE_SECONDS = 0.5
AGENT_STATE = StateType.AGENT.value
EXTRACTION_DELAY = timedelta(minutes=2)
"""What was said this recently may be on its way into a record that does not exist yet."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """What was deleted, as it was read back.

    :param records: how many are gone.
    :param events: how many are gone.
    :param left: how many are still there although they should not be, or weren't come to in time.
    :param fresh: something of it was said so recently that more may follow.
    """

    records: int
    events: int
    left: int
    fresh: bool


@dataclass(slots=True)
class _Paces:
    """The paces of one person's forgetting, by kind of call."""

    events: Pace = field(default_factory=lambda: Pace(EVENTS_PER_SECOND))
    session_events: dict[str, Pace] = field(
        default_factory=lambda: defaultdict(lambda: Pace(SESSION_EVENTS_PER_SECOND))
    )
    read_events: Pace = field(default_factory=lambda: Pace(CALLS_PER_SECOND))
    read_records: Pace = field(default_factory=lambda: Pace(CALLS_PER_SECOND))
    records: Pace = field(default_factory=lambda: Pace(CALLS_PER_SECOND))


class Forgetting:
    """Deletes records and events of one person.

    :param client: signs as the person, and stops calls that name anybody else.
    :param clock: in seconds.
    """

    def __init__(
        self,
        client: Any,
        memory_id: str,
        subject: str,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._memory_id = memory_id
        self._subject = subject
        self._records = Records(client, memory_id, subject)
        self._paces = _Paces()
        self._clock = clock
        self._sleep = sleep

    def find(self, matches: Matches) -> list[Entry]:
        """What says something; events first."""
        return self._chosen(lambda entry: matches(entry.text))

    def forget(self, chosen: Callable[[Entry], bool]) -> Deletion:
        """Delete what is chosen, then look again until nothing is left or the time is over.

        Each is asked for by its id (GetEvent, GetMemoryRecord): listings go on showing what is
        gone for minutes.
        """
        to_delete = left = self._chosen(chosen)
        calls = self._calls()
        for attempt in range(ROUNDS):
            if attempt:
                self._sleep(PAUSE_SECONDS)
            left = self._deleted(calls, left)
            if not left:
                break
        return _deletion(to_delete, left)

    def forget_states(self, session: str) -> None:
        """Delete the states of a conversation but its newest: the others say what was asked."""
        states = [event for event in self._records.events_of(session) if event.state == AGENT_STATE]
        newest = max(states, key=lambda event: event.at, default=None)
        self._deleted(self._calls(), [event for event in states if event is not newest])

    def _calls(self) -> PacedCalls:
        return PacedCalls(self._clock() + LONGEST_SECONDS, self._clock, self._sleep)

    def _chosen(self, chosen: Callable[[Entry], bool]) -> list[Entry]:
        """Events first: once they are gone nothing can be learned from them again."""
        entries: list[Entry] = [*self._records.all_events(), *self._records.all_records()]
        return [entry for entry in entries if chosen(entry)]

    def _deleted(self, calls: PacedCalls, entries: list[Entry]) -> list[Entry]:
        """Delete these; which of them are still there, or weren't come to in time."""
        ordered = _by_turns(entries)
        left: list[Entry] = []
        for place, entry in enumerate(ordered):
            try:
                self._delete(calls, entry)
                if self._is_there(calls, entry):
                    left.append(entry)
            except TooSlowError:
                return left + ordered[place:]
        return left

    def _delete(self, calls: PacedCalls, entry: Entry) -> None:
        with _ignoring_absent():
            if isinstance(entry, Event):
                self._delete_event(calls, entry)
            else:
                self._delete_record(calls, entry)

    def _delete_event(self, calls: PacedCalls, event: Event) -> None:
        calls.make(
            [self._paces.events, self._paces.session_events[event.session]],
            lambda: self._client.delete_event(
                memoryId=self._memory_id,
                actorId=self._subject,
                sessionId=event.session,
                eventId=event.id,
            ),
        )

    def _delete_record(self, calls: PacedCalls, record: Record) -> None:
        """The record as the service has it now must be the person's own.

        :raises ForeignMemoryError: when it lies anywhere else; nothing is deleted then.
        """
        check_own(self._read(calls, record)["memoryRecord"]["namespaces"], self._subject)
        key = {"memoryRecordId": record.id, "namespace": record.namespace}
        calls.make(
            [self._paces.records],
            lambda: self._client.delete_memory_record(memoryId=self._memory_id, **key),
        )

    def _is_there(self, calls: PacedCalls, entry: Entry) -> bool:
        with _ignoring_absent():
            self._read(calls, entry)
            return True
        return False

    def _read(self, calls: PacedCalls, entry: Entry) -> Any:
        if isinstance(entry, Event):
            whose = {"actorId": self._subject, "sessionId": entry.session, "eventId": entry.id}
            return calls.make(
                [self._paces.read_events],
                lambda: self._client.get_event(memoryId=self._memory_id, **whose),
            )
        key = {"memoryRecordId": entry.id, "namespace": entry.namespace}
        return calls.make(
            [self._paces.read_records],
            lambda: self._client.get_memory_record(memoryId=self._memory_id, **key),
        )


def _deletion(to_delete: Sequence[Entry], left: Sequence[Entry]) -> Deletion:
    events = [entry for entry in to_delete if isinstance(entry, Event)]
    events_left = sum(isinstance(entry, Event) for entry in left)
    recent = datetime.now(UTC) - EXTRACTION_DELAY
    return Deletion(
        records=len(to_delete) - len(events) - (len(left) - events_left),
        events=len(events) - events_left,
        left=len(left),
        fresh=any(event.at > recent for event in events),
    )


def _by_turns(entries: Iterable[Entry]) -> list[Entry]:
    """Events before records, and those of the conversations by turns: each has its own quota."""
    sessions: dict[str, list[Entry]] = defaultdict(list)
    records: list[Entry] = []
    for entry in entries:
        (sessions[entry.session] if isinstance(entry, Event) else records).append(entry)
    by_turns = chain.from_iterable(zip_longest(*sessions.values()))
    return [*(event for event in by_turns if event is not None), *records]


@contextmanager
def _ignoring_absent() -> Iterator[None]:
    """What somebody else has deleted a moment before is deleted."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
