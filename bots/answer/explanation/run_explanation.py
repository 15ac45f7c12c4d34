"""Why an answer is as it is, folded from the agent's events for the person who asked.

The arguments of tools may hold what a person said, so they are kept where the answer is explained,
for as long as that, and nowhere else.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    RunStartedEvent,
    ToolCallArgsEvent,
    ToolCallStartEvent,
)
from pydantic import BaseModel, Field, ValidationError

from bots.answer.proposed_call import readable, readable_arguments
from bots.answer.sources import Source, source_of

EXPLANATION = "bizassist.explanation"
LONGEST_ARGUMENTS = 4_000
LONGEST_COMMENT = 1_000
"""What a person may write about an answer."""
MOST = 50
OUTCOMES = {"ok": "worked", "error": "had no answer", "refused": "not allowed"}
KINDS = {"facts": "fact", "preferences": "preference", "summaries": "earlier conversation"}


class ToolUse(BaseModel):
    """A tool that was used; ``arguments`` is the JSON that it was given."""

    name: str
    status: str = "ok"
    milliseconds: int = 0
    arguments: str = ""

    @property
    def readable(self) -> str:
        """Its name for a person."""
        return readable(self.name)

    @property
    def outcome(self) -> str:
        """How it went, for a person."""
        return OUTCOMES.get(self.status, self.status)

    @property
    def readable_arguments(self) -> Mapping[str, str]:
        """What it was given, for a person; empty where that isn't known, or is too long."""
        try:
            fields = json.loads(self.arguments)
        except ValueError:
            return {}
        return readable_arguments(fields) if isinstance(fields, dict) else {}


class Memory(BaseModel):
    """A record that was recalled for the question."""

    kind: str
    text: str

    @property
    def readable_kind(self) -> str:
        """What kind of memory it is, for a person."""
        return KINDS.get(self.kind, self.kind)


class Explanation(BaseModel):
    """Tools, memories and sources of an answer, and its trace."""

    tools: list[ToolUse] = Field(default_factory=list, max_length=MOST)
    memories: list[Memory] = Field(default_factory=list, max_length=MOST)
    sources: list[Source] = Field(default_factory=list)
    trace_id: str = ""

    @classmethod
    def read(cls, stored: str) -> Self | None:
        """What a transcript holds; None when it is of a shape that is no more."""
        try:
            return cls.model_validate_json(stored)
        except ValidationError:
            return None


@dataclass(slots=True)
class ExplanationBuilder:
    """Folds the agent's events of one answer into its explanation."""

    result: Explanation | None = None
    _names: dict[str, str] = field(default_factory=dict)
    _arguments: dict[str, str] = field(default_factory=dict)
    _sources: list[Source] = field(default_factory=list)

    def take(self, event: BaseEvent) -> None:
        """Take one agent event in; a run that begins again starts over."""
        match event:
            case RunStartedEvent():
                self.result = None
                self._names.clear()
                self._arguments.clear()
                self._sources.clear()
            case ToolCallStartEvent(tool_call_id=call, tool_call_name=name):
                self._names[call] = name
            case ToolCallArgsEvent(tool_call_id=call, delta=delta):
                arguments = self._arguments.get(call, "") + delta
                self._arguments[call] = arguments[:LONGEST_ARGUMENTS]
            case CustomEvent(name=name, value=value) if name == EXPLANATION:
                self.result = self._with_arguments(value)
            case _:
                # Named one by one before; here as elsewhere only what may be followed is a link.
                self._sources += filter(None, [source_of(event)])

    def _with_arguments(self, value: Any) -> Explanation | None:
        try:
            explanation = Explanation.model_validate({**value, "sources": self._sources[:MOST]})
        except (ValidationError, TypeError):
            return None
        calls = dict(self._names)
        for tool in explanation.tools:
            call = next((call for call, name in calls.items() if name == tool.name), None)
            if call is not None:
                del calls[call]
                tool.arguments = self._arguments.get(call, "")
        return explanation
