"""An answer while it is written: agent events in, the Markdown to show at this moment out."""

from collections.abc import Sequence

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

from bots.answer.blank_text import visible
from bots.answer.placeholder import THINKING, placeholder_after
from bots.answer.run_end import run_failure
from bots.answer.sources import Source, markdown, source_of
from bots.answer.tool_activity import tool_activity

NOTHING = "There is no answer to that."
WAITS = "This needs your approval first: I've asked you privately."


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
        shown = "\n\n".join(filter(None, [self.said, *(f"_{line}…_" for line in self._at_work())]))
        return shown or self._placeholder

    @property
    def placeholder(self) -> str:
        """What stands there while nothing is said: it is thought about, or in line."""
        return self._placeholder

    @property
    def status(self) -> str:
        """What is being done, in plain words, for a place that shows it apart from the text."""
        return ", ".join(f"{line}…" for line in self._at_work()) or self._placeholder.strip("_")

    @property
    def sources(self) -> Sequence[Source]:
        """What the answer is based on, so far."""
        return self._sources

    def final(self, *, numbered: bool = False) -> str:
        """The whole answer, and below it what it is based on, or why it is none or ends there.

        :param numbered: the sources have numbers.
        """
        text = "\n\n".join(filter(None, [self.said, self._failure]))
        return (
            "\n\n".join(filter(None, [text, markdown(self._sources, numbered=numbered)]))
            if text
            else self._nothing
        )

    @property
    def only_waits(self) -> bool:
        """Whether all there is to say is that something waits for approval."""
        return self.final() == WAITS

    @property
    def said(self) -> str:
        """The text so far; empty where nobody would see it."""
        return self._text.strip() if visible(self._text) else ""

    def _at_work(self) -> list[str]:
        at_work = list(dict.fromkeys(self._tools.values()))
        if not at_work and not self.said and self._latest_tool:
            return [self._latest_tool]  # it has finished, and what it found is being worded
        return at_work
