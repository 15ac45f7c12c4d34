"""What one answer may cost: tool calls, tokens and time. Each limit ends it in a plain sentence."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from ag_ui.core import BaseEvent, RunFinishedEvent, TextMessageEndEvent, TextMessageStartEvent
from strands.hooks.events import BeforeModelCallEvent, BeforeToolCallEvent
from strands.interventions import Deny, InterventionHandler, Proceed, Transform

GRACE_SECONDS = 5.0
"""How long an answer that is told to end may take to end by itself, and so to be remembered."""
TOOL_CALLS = "I stopped here: {:,} tool calls are the most for one answer."
TOKENS = "I stopped here: {:,} tokens are the most for one answer."
SECONDS = "I stopped here: {:,} seconds are the most for one answer."
NARROWER = "Please ask for less at once."


@dataclass(frozen=True, slots=True)
class RunLimits:
    """The most that one answer may use.

    :param tokens: read and written by the model, summed over its calls; a call that has begun is
        finished, so an answer may use somewhat more.
    """

    tool_calls: int
    tokens: int
    seconds: int


class LimitHandler(InterventionHandler):
    """Watches one run; :attr:`reached` is the sentence for the person once it had to stop."""

    name = "limits"

    def __init__(self, limits: RunLimits) -> None:
        self._limits = limits
        self._tool_calls = 0
        self.reached: str | None = None

    def before_tool_call(self, event: BeforeToolCallEvent, **_: Any) -> Proceed | Deny:  # noqa: ARG002
        """Refuse the calls beyond the limit."""
        self._tool_calls += 1
        if self._tool_calls <= self._limits.tool_calls:
            return Proceed()
        return Deny(reason=self._reach(TOOL_CALLS, self._limits.tool_calls))

    def before_model_call(self, event: BeforeModelCallEvent, **_: Any) -> Proceed | Transform:
        """End the answer instead of asking the model once more."""
        used = event.agent.event_loop_metrics.accumulated_usage["totalTokens"]
        if used >= self._limits.tokens:
            self._reach(TOKENS, self._limits.tokens)
        return Transform(apply=self._end) if self.reached else Proceed()

    async def timed(
        self,
        events: AsyncIterator[BaseEvent],
        cancel: Callable[[], None],
        finished: RunFinishedEvent,
    ) -> AsyncIterator[BaseEvent]:
        """The run's events until its time is up.

        :param cancel: tells the agent to end by itself at its next safe point.
        :param finished: the last event of a run that did not.
        """
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._limits.seconds, self._time_is_up, cancel)
        latest = loop.time() + self._limits.seconds + GRACE_SECONDS
        open_message: str | None = None
        try:
            while event := await _next_event(events, latest):
                if isinstance(event, TextMessageStartEvent | TextMessageEndEvent):
                    open_message = (
                        event.message_id if isinstance(event, TextMessageStartEvent) else None
                    )
                yield event
        except TimeoutError:
            if open_message:
                yield TextMessageEndEvent(message_id=open_message)
            yield finished
        finally:
            timer.cancel()

    def _time_is_up(self, cancel: Callable[[], None]) -> None:
        self._reach(SECONDS, self._limits.seconds)
        cancel()

    def _reach(self, sentence: str, limit: int) -> str:
        self.reached = self.reached or f"{sentence.format(limit)} {NARROWER}"
        return self.reached

    def _end(self, event: Any) -> None:
        event.cancel = self.reached


async def _next_event(events: AsyncIterator[BaseEvent], latest: float) -> BaseEvent | None:
    """The next event, None after the last one.

    The time-out ends with the event: held over a ``yield`` it would strike whoever reads the run.

    :raises TimeoutError: when there is none by ``latest``.
    """
    async with asyncio.timeout_at(latest):
        return await anext(events, None)
