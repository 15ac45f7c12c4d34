"""What a run said, kept with its turn before it is shown whole: showing never runs it again.

A result is the run's own events without those that only tell how it went: a reply that is shown
them makes the same answer of them as of the run itself.
"""

import json
import zlib
from collections.abc import Sequence
from typing import cast

from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    Event,
    RunErrorEvent,
    RunFinishedEvent,
    TextMessageChunkEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)
from pydantic import TypeAdapter

MOST_BYTES = 300 * 1024
"""Of a packed result: a DynamoDB item has 400 KB (DynamoDB developer guide, "Quotas")."""

_EVENTS: TypeAdapter[list[Event]] = TypeAdapter(list[Event])


class Result:
    """Folds a run's events; text that came in many pieces becomes one."""

    def __init__(self) -> None:
        self._events: list[BaseEvent] = []

    def take(self, event: BaseEvent) -> None:
        """Take one agent event in."""
        match event:
            case TextMessageContentEvent() | TextMessageChunkEvent():
                self._say(event.delta or "")
            case (
                TextMessageStartEvent()
                | TextMessageEndEvent()
                | ToolCallStartEvent()
                | ToolCallEndEvent()
                | CustomEvent()
                | RunErrorEvent()
                | RunFinishedEvent()
            ):
                self._events.append(event)
            case ToolCallResultEvent():  # that it came is told; what it was stays with the agent
                self._events.append(event.model_copy(update={"content": ""}))

    @property
    def events(self) -> Sequence[BaseEvent]:
        """What a reply needs to be shown."""
        return self._events

    def packed(self) -> bytes | None:
        """The result as bytes; None when there is too much of it to be kept with its turn."""
        events = cast("list[Event]", self._events)
        packed = zlib.compress(_EVENTS.dump_json(events, by_alias=True, exclude_none=True))
        return packed if len(packed) <= MOST_BYTES else None

    def _say(self, delta: str) -> None:
        last = self._events[-1] if self._events else None
        if isinstance(last, TextMessageContentEvent):
            joined = last.model_copy(update={"delta": last.delta + delta})
            self._events[-1] = joined
        elif delta:
            message = last.message_id if isinstance(last, TextMessageStartEvent) else "text"
            self._events.append(TextMessageContentEvent(message_id=message, delta=delta))


def unpacked(packed: bytes) -> Sequence[BaseEvent]:
    """The events of a packed result."""
    return _EVENTS.validate_python(json.loads(zlib.decompress(packed)))
