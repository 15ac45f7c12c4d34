"""Deletes what is kept about one person, and reads back whether it is gone."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bedrock_agentcore.memory.integrations.strands.session_manager import StateType
from botocore.exceptions import ClientError

from agent.memory.access.throttling import is_throttling
from agent.memory.records import Entry, Event, Record, Records, check_own
from agent.memory.text_matching import Matches

ROUNDS = 3
PAUSE_SECONDS = 0.5
AT_ONCE = 2
PATIENCE = 5
"""Attempts of a throttled call: 15 seconds (DeleteEvent: 5 a second and session)."""
"""An account may delete 20 events and records each a second (AgentCore quotas); others ask too."""
AGENT_STATE = StateType.AGENT.value
EXTRACTION_DELAY = timedelta(minutes=2)
"""What was said this recently may be on its way into a record that does not exist yet."""


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


class Forgetting:
    """Deletes records and events of one person.

    :param client: signs as the person, and stops calls that name anybody else.
    """

    def __init__(self, client: Any, memory_id: str, subject: str) -> None:
        self._client = client
        self._memory_id = memory_id
        self._subject = subject
        self._records = Records(client, memory_id, subject)

    def find(self, matches: Matches) -> list[Entry]:
        """What says something; events first."""
        return self._chosen(lambda entry: matches(entry.text))

    def forget(self, chosen: Callable[[Entry], bool]) -> Deletion:
        """Delete what is chosen, then look again until nothing is left or patience ends.

        Each is asked for by its id (GetEvent, GetMemoryRecord): listings go on showing what is
        gone for minutes.
        """
        deleted = left = self._chosen(chosen)
        for attempt in range(ROUNDS):
            if attempt:
                time.sleep(PAUSE_SECONDS)
            self._delete(left)
            left = [entry for entry in left if self._is_there(entry)]
            if not left:
                break
        events = [entry for entry in deleted if isinstance(entry, Event)]
        recent = datetime.now(UTC) - EXTRACTION_DELAY
        return Deletion(
            records=len(deleted) - len(events),
            events=len(events),
            left=len(left),
            fresh=any(event.at > recent for event in events),
        )

    def forget_states(self, session: str) -> None:
        """Delete the states of a conversation but its newest: the others say what was asked."""
        states = [event for event in self._records.events_of(session) if event.state == AGENT_STATE]
        newest = max(states, key=lambda event: event.at, default=None)
        self._delete([event for event in states if event is not newest])

    def _chosen(self, chosen: Callable[[Entry], bool]) -> list[Entry]:
        """Events first: once they are gone nothing can be learned from them again."""
        entries: list[Entry] = [*self._records.all_events(), *self._records.all_records()]
        return [entry for entry in entries if chosen(entry)]

    def _delete(self, entries: list[Entry]) -> None:
        events = [entry for entry in entries if isinstance(entry, Event)]
        records = [entry for entry in entries if isinstance(entry, Record)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(self._delete_event, events))
            list(pool.map(self._delete_record, records))

    def _is_there(self, entry: Entry) -> bool:
        """Whether it is; what can't be asked for now is taken to be."""
        key: dict[str, str] = {"memoryId": self._memory_id}
        with _ignoring_absent():
            if isinstance(entry, Event):
                whose = {"actorId": self._subject, "sessionId": entry.session}
                _patiently(lambda: self._client.get_event(**key, **whose, eventId=entry.id))
            else:
                named = {"memoryRecordId": entry.id, "namespace": entry.namespace}
                _patiently(lambda: self._client.get_memory_record(**key, **named))
            return True
        return False

    def _delete_event(self, event: Event) -> None:
        with _ignoring_absent():
            _patiently(
                lambda: self._client.delete_event(
                    memoryId=self._memory_id,
                    actorId=self._subject,
                    sessionId=event.session,
                    eventId=event.id,
                )
            )

    def _delete_record(self, record: Record) -> None:
        """The record as the service has it now must be the person's own.

        :raises ForeignMemoryError: when it lies anywhere else; nothing is deleted then.
        """
        key = {"memoryRecordId": record.id, "namespace": record.namespace}

        def delete() -> None:
            now = self._client.get_memory_record(memoryId=self._memory_id, **key)["memoryRecord"]
            check_own(now["namespaces"], self._subject)
            self._client.delete_memory_record(memoryId=self._memory_id, **key)

        with _ignoring_absent():
            _patiently(delete)


def _patiently(call: Callable[[], object]) -> None:
    """Make a call, again after a pause where AWS throttles it; what stays so is left undone."""
    for attempt in range(PATIENCE):
        try:
            call()
        except ClientError as error:
            if not is_throttling(error):
                raise
            time.sleep(PAUSE_SECONDS * 2**attempt)
        else:
            return


@contextmanager
def _ignoring_absent() -> Iterator[None]:
    """What somebody else has deleted a moment before is deleted."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
