"""Makes a person's own writes readable at once, although AgentCore lists them a little later."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

SERVICE = "bedrock-agentcore"
KEEP_SECONDS = 60.0
"""What a session saved is asked for again by the process that saved it: a session has one."""
MOST_EVENTS = 100
ASKED = "asked_of_memory"


class Lately:
    """What one person's clients have saved a moment ago, and not deleted since.

    ListEvents is eventually consistent. Without this, a question that follows an answer at once
    would be answered without what came before it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._events: dict[str, tuple[float, dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def around(self, client: Any) -> None:
        """Take part in a client's calls, by botocore's events."""
        events = client.meta.events
        events.register(f"before-parameter-build.{SERVICE}", _note_asked)
        events.register(f"after-call.{SERVICE}.CreateEvent", self._created)
        events.register(f"after-call.{SERVICE}.DeleteEvent", self._deleted)
        events.register(f"after-call.{SERVICE}.ListEvents", self._listed)
        events.register(f"after-call.{SERVICE}.ListSessions", self._sessions_listed)

    def _created(self, parsed: Any, **_: Any) -> None:
        event = parsed.get("event")
        if event:
            with self._lock:
                self._events[event["eventId"]] = (self._clock(), event)
                while len(self._events) > MOST_EVENTS:
                    self._events.pop(next(iter(self._events)))

    def _deleted(self, context: Any, **_: Any) -> None:
        with self._lock:
            self._events.pop(context.get(ASKED, {}).get("eventId"), None)

    def _listed(self, parsed: Any, context: Any, **_: Any) -> None:
        """Put what is missing where it belongs: the newest event comes first."""
        asked, listed = context.get(ASKED, {}), parsed.get("events")
        if listed is None or "nextToken" in asked:
            return
        known = {event["eventId"] for event in listed}
        for event in self._of(asked, "memoryId", "actorId", "sessionId"):
            if event["eventId"] not in known and _fits(event, asked.get("filter", {})):
                _put(event, listed, more_to_come=bool(parsed.get("nextToken")))

    def _sessions_listed(self, parsed: Any, context: Any, **_: Any) -> None:
        asked, listed = context.get(ASKED, {}), parsed.get("sessionSummaries")
        if listed is None or "nextToken" in asked or "filter" in asked:
            return
        known = {summary["sessionId"] for summary in listed}
        for event in self._of(asked, "memoryId", "actorId"):
            if event["sessionId"] not in known:
                known.add(event["sessionId"])
                listed.append(
                    {
                        "sessionId": event["sessionId"],
                        "actorId": event["actorId"],
                        "createdAt": event["eventTimestamp"],
                    }
                )

    def _of(self, asked: Mapping[str, Any], *names: str) -> list[dict[str, Any]]:
        """What is still kept of what was asked for, the oldest first."""
        with self._lock:
            least = self._clock() - KEEP_SECONDS
            self._events = {id_: kept for id_, kept in self._events.items() if kept[0] > least}
            events = [event for _, event in self._events.values()]
        return [event for event in events if all(event[name] == asked.get(name) for name in names)]


def _note_asked(params: Any, context: Any, **_: Any) -> None:
    context[ASKED] = dict(params)


def _fits(event: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a listing with this filter would have the event, as far as the agent filters."""
    if "branch" in wanted:
        return False
    return all(
        one.get("operator") == "EQUALS_TO"
        and event.get("metadata", {}).get(one["left"]["metadataKey"])
        == one["right"]["metadataValue"]
        for one in wanted.get("eventMetadata", ())
    )


def _put(event: dict[str, Any], listed: list[Any], *, more_to_come: bool) -> None:
    """Before the first that isn't newer; what is older than a whole page is on another one."""
    place = next((at for at, one in enumerate(listed) if not _newer(one, event)), len(listed))
    if place < len(listed) or not more_to_come:
        listed.insert(place, dict(event))


def _newer(one: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    newer: bool = one["eventTimestamp"] > event["eventTimestamp"]
    return newer
