"""An answer while it is written: agent events in, the Markdown to show at this moment out."""

from ag_ui.core import (
    BaseEvent,
    RunFinishedEvent,
    RunFinishedInterruptOutcome,
    TextMessageChunkEvent,
    TextMessageContentEvent,
    TextMessageStartEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from bots.answer.placeholder import THINKING, placeholder_after
from bots.answer.run_end import run_failure
from bots.answer.sources import Source, markdown, source_of
from bots.answer.tool_activity import tool_activity
from bots.answer.visibility import visible

NOTHING = "There is no answer to that."
WAITS = "This needs your approval first: I've asked you in a direct message."


class Draft:
    """The text so far, and the tools that are at work."""

    def __init__(self) -> None:
        self._text = ""
        self._tools: dict[str, str] = {}
        self._latest_tool = ""
        self._sources: list[Source] = []
        self._failure = ""
        self._nothing = NOTHING
        self._placeholder = THINKING

    def take(self, event: BaseEvent) -> None:
        """Take one agent event in; those that nobody sees change nothing."""
        self._placeholder = placeholder_after(event, self._placeholder)
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
            case RunFinishedEvent(outcome=RunFinishedInterruptOutcome()):
                self._nothing = WAITS
            case _:
                if source := source_of(event):
                    self._sources.append(source)
                elif failure := run_failure(event):
                    self._failure = failure.sentence

    def so_far(self) -> str:
        """What to show while the agent is still at it."""
        text = self.said
        at_work = list(dict.fromkeys(self._tools.values()))
        if not text and not at_work and self._latest_tool:
            at_work = [self._latest_tool]  # it has finished, and what it found is being worded
        shown = "\n\n".join(filter(None, [text, *(f"_{line}…_" for line in at_work)]))
        return shown or self._placeholder

    def final(self) -> str:
        """The whole answer, and below it what it is based on, or why it is none or ends there."""
        text = "\n\n".join(filter(None, [self.said, self._failure]))
        return "\n\n".join(filter(None, [text, markdown(self._sources)])) if text else self._nothing

    @property
    def only_waits(self) -> bool:
        """Whether all there is to say is that something waits for approval."""
        return self.final() == WAITS

    @property
    def said(self) -> str:
        """The text so far; empty where nobody would see it."""
        return self._text.strip() if visible(self._text) else ""
