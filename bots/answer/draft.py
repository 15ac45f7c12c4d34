"""An answer while it is written: agent events in, the Markdown to show at this moment out."""

import re

from ag_ui.core import (
    BaseEvent,
    TextMessageChunkEvent,
    TextMessageContentEvent,
    TextMessageStartEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from bots.answer.sources import Source, markdown, source_of

THINKING = "_Thinking…_"
NOTHING = "I have no answer to that. Please try asking in other words."

_DOING = {
    "analyze": "Analyzing",
    "check": "Checking",
    "fetch": "Fetching",
    "find": "Finding",
    "get": "Getting",
    "list": "Listing",
    "look": "Looking",
    "read": "Reading",
    "recall": "Recalling",
    "search": "Searching",
}


class Draft:
    """The text so far, and the tools that are at work."""

    def __init__(self) -> None:
        self._text = ""
        self._tools: dict[str, str] = {}
        self._latest_tool = ""
        self._sources: list[Source] = []

    def take(self, event: BaseEvent) -> None:
        """Take one agent event in; those that nobody sees change nothing."""
        match event:
            case TextMessageStartEvent():
                self._text = self._text and f"{self._text.rstrip()}\n\n"
            case TextMessageContentEvent() | TextMessageChunkEvent():
                self._text += event.delta or ""
            case ToolCallStartEvent():
                self._latest_tool = tool_activity(event.tool_call_name)
                self._tools[event.tool_call_id] = self._latest_tool
            case ToolCallResultEvent():
                self._tools.pop(event.tool_call_id, None)
            case _:
                if source := source_of(event):
                    self._sources.append(source)

    def so_far(self) -> str:
        """What to show while the agent is still at it."""
        text = self._text.strip()
        at_work = list(dict.fromkeys(self._tools.values()))
        if not text and not at_work and self._latest_tool:
            at_work = [self._latest_tool]  # it has finished, and what it found is being worded
        return "\n\n".join(filter(None, [text, *(f"_{line}…_" for line in at_work)])) or THINKING

    def final(self) -> str:
        """The whole answer, and below it what it is based on."""
        text = self._text.strip()
        return "\n\n".join(filter(None, [text, markdown(self._sources)])) if text else NOTHING


def tool_activity(tool: str) -> str:
    """What a tool's name says to a person: ``warranty___check_status`` is "Checking status"."""
    name = re.sub(r"[\W_]+", " ", tool.rpartition("___")[2]).strip()
    verb, _, object_ = name.partition(" ")
    if verb in _DOING and object_:
        return f"{_DOING[verb]} {object_}"
    return f"Using {name or 'a tool'}"
