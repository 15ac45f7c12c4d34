"""Explains an answer: which tools, memories and sources a run used, sent before it ends."""

import json
from collections.abc import Iterable
from typing import Any, Literal

from ag_ui.core import BaseEvent, CustomEvent
from strands.hooks import HookProvider, HookRegistry
from strands.hooks.events import AfterToolCallEvent
from strands.types.tools import ToolResult

from agent.run.sources import EVENT as SOURCE_EVENT
from agent.telemetry.trace import trace_id

EVENT = "bizassist.explanation"
"""Name of the custom event; its value has ``tools``, ``memories``, ``sources``, ``trace_id``."""

Status = Literal["ok", "error", "refused"]


class Explanation(HookProvider):
    """What one run used. It holds no argument and no result of a tool."""

    def __init__(self) -> None:
        self._tools: list[dict[str, Any]] = []
        self._memories: dict[tuple[str, str], None] = {}
        self._sources: list[Any] = []

    def register_hooks(self, registry: HookRegistry, **_: Any) -> None:
        """Be told of each tool call once it is over."""
        registry.add_callback(AfterToolCallEvent, self._tool_called)

    def used_before(self, tool: str, result: ToolResult) -> None:
        """Note a call that the run made before it was asked for again; its time was not kept."""
        self._tools.append({"name": tool, "status": _status(result, None), "milliseconds": 0})

    def recalled(self, memories: Iterable[tuple[str, str]]) -> None:
        """Note the kind and text of records that were recalled for the question."""
        self._memories |= dict.fromkeys(memories)

    def noted(self, event: BaseEvent) -> BaseEvent:
        """The event, after the source that it may be was noted."""
        if isinstance(event, CustomEvent) and event.name == SOURCE_EVENT:
            # What a source says was told with it, and isn't told twice.
            named = {name: part for name, part in event.value.items() if name != "passage"}
            self._sources.append(named)
        return event

    def event(self) -> CustomEvent:
        """What to send before the run's end."""
        memories = [{"kind": kind, "text": text} for kind, text in self._memories]
        value = {
            "tools": self._tools,
            "memories": memories,
            "sources": self._sources,
            "trace_id": trace_id(),
        }
        return CustomEvent(name=EVENT, value=value)

    def _tool_called(self, event: AfterToolCallEvent) -> None:
        self._tools.append(
            {
                "name": event.tool_use["name"],
                "status": _status(event.result, event.cancel_message),
                "milliseconds": round((event.duration or 0) * 1000),
            }
        )


def _status(result: ToolResult, cancelled: str | None) -> Status:
    if cancelled is not None:
        return "refused"
    if result["status"] != "error":
        return "ok"
    return "refused" if any(map(_refuses, result["content"])) else "error"


def _refuses(content: Any) -> bool:
    """Whether a tool says itself that the person has no right, in the JSON of its error."""
    try:
        answer = content["json"] if "json" in content else json.loads(content.get("text", ""))
        return bool(answer["error"]["code"] == "refused")
    except (KeyError, TypeError, ValueError):
        return False
