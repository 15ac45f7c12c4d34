"""What became of a turn, in numbers and names: no word of a question or an answer."""

from dataclasses import dataclass, field
from typing import Any

from ag_ui.core import BaseEvent, RunErrorEvent, RunFinishedEvent, ToolCallStartEvent

MOST_TOOLS = 50


@dataclass(slots=True)
class Outcome:
    """How one attempt at a turn went, folded from the agent's events.

    :param subject: the person whose question it was, once their link is known.
    :param problem: ``refused``: the asker was told why there is no answer; ``failed``: the agent's
        run broke off; ``undeliverable: …``: no place took the answer, and the platform's word.
    """

    subject: str | None = None
    problem: str | None = None
    tools: list[str] = field(default_factory=list)
    model: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0

    def take(self, event: BaseEvent) -> None:
        """Take one agent event in."""
        match event:
            case ToolCallStartEvent(tool_call_name=name) if len(self.tools) < MOST_TOOLS:
                self.tools.append(name)
            case RunErrorEvent():
                self.problem = "failed"
            case RunFinishedEvent(result=result, usage=usage):
                self._count(result)
                self.model = next((one.model for one in usage or () if one.model), None)

    def _count(self, result: Any) -> None:
        used = result.get("usage") if isinstance(result, dict) else None
        if isinstance(used, dict):
            self.input_tokens = _number(used.get("input_tokens"))
            self.output_tokens = _number(used.get("output_tokens"))


def _number(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
