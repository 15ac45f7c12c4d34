"""The steps of a run as people see them: each tool that is used, how it went, what it found."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    RunFinishedEvent,
    RunStartedEvent,
    TextMessageContentEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from bots.answer.explanation.run_explanation import EXPLANATION
from bots.answer.placeholder import WAITING
from bots.answer.run_end import run_failure
from bots.answer.sources import Source, source_of
from bots.answer.tool_activity import tool_activity

FIRST = "run"
THINKING = "Thinking"
IN_LINE = "Many questions at this moment; yours is in line"

Status = Literal["pending", "in_progress", "complete", "error"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    :param id: the tool call's; :data:`FIRST` for the run itself.
    :param tool: the tool's full name; empty for the run itself.
    """

    id: str
    title: str
    status: Status
    tool: str = ""
    sources: tuple[Source, ...] = ()


class RunSteps:
    """Folded from the agent's events, in the order in which they began."""

    def __init__(self) -> None:
        self._steps: dict[str, Step] = {FIRST: Step(FIRST, THINKING, "in_progress")}
        self._latest_result = ""

    @property
    def steps(self) -> Sequence[Step]:
        """All of them; the first is the run itself."""
        return tuple(self._steps.values())

    @property
    def of_tools(self) -> Sequence[Step]:
        """Those that are tools."""
        return tuple(step for step in self._steps.values() if step.tool)

    def take(self, event: BaseEvent) -> None:
        """Take one agent event in; those that are no step change nothing."""
        match event:
            case RunStartedEvent():
                self._begin(THINKING, "in_progress")
            case TextMessageContentEvent():
                self._set(FIRST, "complete")
            case ToolCallStartEvent():
                self._set(FIRST, "complete")
                title = tool_activity(event.tool_call_name)
                step = Step(event.tool_call_id, title, "in_progress", event.tool_call_name)
                self._steps[event.tool_call_id] = step
            case ToolCallResultEvent():
                self._set(event.tool_call_id, "error" if _failed(event.content) else "complete")
                self._latest_result = event.tool_call_id
            case CustomEvent():
                self._take_told(event)
            case RunFinishedEvent():
                self._end("complete")
            case _:
                if run_failure(event):
                    self._end("error")

    def _take_told(self, event: CustomEvent) -> None:
        if event.name == WAITING:
            self._begin(IN_LINE, "pending")
        elif event.name == EXPLANATION:
            self._correct(event.value)
        elif (source := source_of(event)) and (step := self._steps.get(self._latest_result)):
            self._steps[step.id] = replace(step, sources=(*step.sources, source))

    def _correct(self, told: Any) -> None:
        """A tool may fail in words that say nothing of it; in the end the agent does."""
        tools = told.get("tools") if isinstance(told, dict) else None
        waiting = list(self.of_tools)
        for used in tools if isinstance(tools, list) else ():
            known = used if isinstance(used, dict) else {}
            step = next((one for one in waiting if one.tool == known.get("name")), None)
            if step is not None:
                waiting.remove(step)
                self._set(step.id, "complete" if known.get("status") == "ok" else "error")

    def _begin(self, title: str, status: Status) -> None:
        self._steps[FIRST] = replace(self._steps[FIRST], title=title, status=status)

    def _end(self, status: Status) -> None:
        for step in self.steps:
            if step.status in {"pending", "in_progress"}:
                self._set(step.id, status)

    def _set(self, name: str, status: Status) -> None:
        if step := self._steps.get(name):
            self._steps[name] = replace(step, status=status)


def _failed(content: object) -> bool:
    """Whether a result is the JSON of an error."""
    try:
        result = json.loads(content) if isinstance(content, str) else None
    except (ValueError, RecursionError):
        return False
    return isinstance(result, dict) and "error" in result
