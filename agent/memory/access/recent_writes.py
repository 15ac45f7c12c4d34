"""Makes a person's own writes readable at once, although AgentCore lists them a little later."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

SERVICE = "bedrock-agentcore"
KEEP_SECONDS = 60.0
"""What a session saved is asked for again by the process that saved it: a session has one."""
MOST_EVENTS = 100
PARAMETERS = "call_parameters"


class RecentWrites:
    """What one person's clients have saved a moment ago, and not deleted since.

    ListEvents is eventually consistent. Without this, a question that follows an answer at once
    would be answered without what came before it.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._events: dict[str, tuple[float, dict[str, Any]]] = {}
        self._lock = threading.Lock()

    def watch(self, client: Any) -> None:
        """Note what a client saves, and complete what it lists, by botocore's events."""
        events = client.meta.events
        events.register(f"before-parameter-build.{SERVICE}", _keep_parameters)
        events.register(f"after-call.{SERVICE}.CreateEvent", self._on_created)
        events.register(f"after-call.{SERVICE}.DeleteEvent", self._on_deleted)
        events.register(f"after-call.{SERVICE}.ListEvents", self._on_events_listed)
        events.register(f"after-call.{SERVICE}.ListSessions", self._on_sessions_listed)

    def _on_created(self, parsed: Any, **_: Any) -> None:
        event = parsed.get("event")
        if event:
            with self._lock:
                self._events[event["eventId"]] = (self._clock(), event)
                while len(self._events) > MOST_EVENTS:
                    self._events.pop(next(iter(self._events)))

    def _on_deleted(self, context: Any, **_: Any) -> None:
        with self._lock:
            self._events.pop(context.get(PARAMETERS, {}).get("eventId"), None)

    def _on_events_listed(self, parsed: Any, context: Any, **_: Any) -> None:
        """Put what is missing where it belongs: the newest event comes first."""
        parameters, listed = context.get(PARAMETERS, {}), parsed.get("events")
        if listed is None or "nextToken" in parameters:
            return
        known = {event["eventId"] for event in listed}
        for event in self._kept(parameters, "memoryId", "actorId", "sessionId"):
            if event["eventId"] not in known and _passes(event, parameters.get("filter", {})):
                _insert(event, listed, more_to_come=bool(parsed.get("nextToken")))

    def _on_sessions_listed(self, parsed: Any, context: Any, **_: Any) -> None:
        parameters, listed = context.get(PARAMETERS, {}), parsed.get("sessionSummaries")
        if listed is None or "nextToken" in parameters:
            return
        known = {summary["sessionId"] for summary in listed}
        for event in self._kept(parameters, "memoryId", "actorId"):
            if event["sessionId"] not in known:
                known.add(event["sessionId"])
                listed.append(
                    {
                        "sessionId": event["sessionId"],
                        "actorId": event["actorId"],
                        "createdAt": event["eventTimestamp"],
                    }
                )

    def _kept(self, parameters: Mapping[str, Any], *names: str) -> list[dict[str, Any]]:
        """What is still kept of what was asked for, the oldest first."""
        with self._lock:
            oldest = self._clock() - KEEP_SECONDS
            self._events = {id_: entry for id_, entry in self._events.items() if entry[0] > oldest}
            events = [event for _, event in self._events.values()]
        return [
            event for event in events if all(event[name] == parameters.get(name) for name in names)
        ]


def _keep_parameters(params: Any, context: Any, **_: Any) -> None:
    context[PARAMETERS] = dict(params)


def _passes(event: Mapping[str, Any], event_filter: Mapping[str, Any]) -> bool:
    """Whether a listing with this filter would have the event, as far as the agent filters."""
    if "branch" in event_filter:
        return False
    return all(
        one.get("operator") == "EQUALS_TO"
        and event.get("metadata", {}).get(one["left"]["metadataKey"])
        == one["right"]["metadataValue"]
        for one in event_filter.get("eventMetadata", ())
    )


def _insert(event: dict[str, Any], listed: list[Any], *, more_to_come: bool) -> None:
    """Before the first that isn't newer; what is older than a whole page is on another one."""
    place = next((at for at, one in enumerate(listed) if not _newer(one, event)), len(listed))
    if place < len(listed) or not more_to_come:
        listed.insert(place, dict(event))


def _newer(one: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    newer: bool = one["eventTimestamp"] > event["eventTimestamp"]
    return newer
