"""What a run used, in numbers: tokens, tool calls, time. No word of anybody is among them."""

import time
from collections.abc import Iterable

from ag_ui.core import BaseEvent, RunFinishedEvent, TokenUsage, ToolCallStartEvent


class Usage:
    """Counts from its making to the end of the run."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._tool_calls = 0

    def counted(self, event: BaseEvent) -> BaseEvent:
        """The event as it is sent: the last one says what the run used.

        ``RUN_FINISHED.result.usage`` has ``input_tokens`` and ``output_tokens`` (cached ones
        included), ``tool_calls`` and ``milliseconds``, all of them whole numbers.
        """
        if isinstance(event, ToolCallStartEvent):
            self._tool_calls += 1
        if not isinstance(event, RunFinishedEvent):
            return event
        models: Iterable[TokenUsage] = event.usage or ()
        usage = {
            "input_tokens": sum(model.input_tokens or 0 for model in models),
            "output_tokens": sum(model.output_tokens or 0 for model in models),
            "tool_calls": self._tool_calls,
            "milliseconds": round((time.monotonic() - self._began) * 1000),
        }
        return event.model_copy(update={"result": {"usage": usage}})
