"""Whether a person has paused their memory: the newest event of one session of their own."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

PAUSE_SESSION = "memory-switch"
RENEW_AFTER = timedelta(days=1)
"""Events expire; a pause is written anew on use, so it lasts as long as the person comes by."""
MARK = "memory"
PAUSED = "paused"
"""Metadata of every event that is saved meanwhile: nothing may be extracted from it."""


@dataclass(frozen=True, slots=True)
class MemoryPause:
    """One person's pause.

    :param client: signs as the person.
    """

    client: Any
    memory_id: str
    subject: str

    def is_paused(self) -> bool:
        """Read the newest event; memory goes on unless it was paused."""
        newest = self.client.list_events(
            memoryId=self.memory_id,
            actorId=self.subject,
            sessionId=PAUSE_SESSION,
            maxResults=1,
        )["events"]
        if not newest or not _says_paused(newest[0]):
            return False
        if datetime.now(UTC) - newest[0]["eventTimestamp"] > RENEW_AFTER:
            self.write(paused=True)
        return True

    def write(self, *, paused: bool) -> None:
        """Pause or resume."""
        self.client.create_event(
            memoryId=self.memory_id,
            actorId=self.subject,
            sessionId=PAUSE_SESSION,
            eventTimestamp=datetime.now(UTC),
            payload=[{"blob": json.dumps({PAUSED: paused})}],
            metadata={MARK: {"stringValue": PAUSED}},
        )


def keep_out_of_extraction(params: dict[str, Any], model: Any, **_: Any) -> None:
    """A botocore hook: what is marked is saved for its conversation and nothing is learned of it.

    The session manager has no such option, and the service can't be asked for it by metadata.
    """
    mark = params.get("metadata", {}).get(MARK, {})
    if model.name == "CreateEvent" and mark.get("stringValue") == PAUSED:
        params["extractionMode"] = "SKIP"


def _says_paused(event: Any) -> bool:
    try:
        return json.loads(event["payload"][0]["blob"])[PAUSED] is True
    except (ValueError, KeyError, IndexError, TypeError):
        return False
