"""A draft that also knows the steps of its run, and how far its text is settled."""

import asyncio

from ag_ui.core import BaseEvent, RunFinishedEvent, RunFinishedInterruptOutcome, ToolCallStartEvent

from bots.answer.draft import Draft
from bots.slack.outgoing.answer.run_steps import RunSteps
from bots.slack.outgoing.answer.settled_text import settled

AT_ONCE = 2_000
"""Characters: parsing more would hold everybody else up."""


class SteppedDraft(Draft):
    """What :class:`~bots.answer.draft.Draft` is, for a place that shows steps of their own.

    :ivar finished: the run has come to its end; :ivar waits: it waits for an approval.
    """

    def __init__(self) -> None:
        super().__init__()
        self.steps = RunSteps()
        self.finished = self.waits = False
        self._whole = False

    def take(self, event: BaseEvent) -> None:
        """Take one agent event in."""
        before = self.said
        super().take(event)
        self.steps.take(event)
        if isinstance(event, ToolCallStartEvent):
            self._whole = True  # what is said after a tool begins a paragraph of its own
        elif self.said != before:
            self._whole = False
        if isinstance(event, RunFinishedEvent):
            self.waits = isinstance(event.outcome, RunFinishedInterruptOutcome)
            self.finished = not self.waits

    async def settled(self) -> str:
        """The text that no later event can change, as Slack's markdown takes it."""
        text, whole = self.said, self._whole
        if len(text) <= AT_ONCE:
            return settled(text, whole=whole)
        return await asyncio.to_thread(settled, text, whole=whole)
