"""A draft that also knows the steps of its run, and how far its text is settled."""

from functools import partial

from ag_ui.core import BaseEvent, RunFinishedEvent, RunFinishedInterruptOutcome, ToolCallStartEvent

from bots.answer.draft import Draft
from bots.answer.explanation.run_explanation import ExplanationBuilder
from bots.answer.markdown.settled_part import settled_part
from bots.answer.markdown.threaded_rendering import rendered
from bots.slack.outgoing.answer.run_steps import RunSteps
from bots.slack.outgoing.markdown_block import block_text


class SteppedDraft(Draft):
    """What :class:`~bots.answer.draft.Draft` is, for a place that shows steps of their own.

    :ivar finished: the run has come to its end; :ivar waits: it waits for an approval;
    :ivar explanation: why it is as it is.
    """

    def __init__(self) -> None:
        super().__init__()
        self.steps = RunSteps()
        self.explanation = ExplanationBuilder()
        self.finished = self.waits = False
        self._whole = False

    def take(self, event: BaseEvent) -> None:
        """Take one agent event in."""
        before = self.said
        super().take(event)
        self.steps.take(event)
        self.explanation.take(event)
        if isinstance(event, ToolCallStartEvent):
            self._whole = True  # what is said after a tool begins a paragraph of its own
        elif self.said != before:
            self._whole = False
        if isinstance(event, RunFinishedEvent):
            self.waits = isinstance(event.outcome, RunFinishedInterruptOutcome)
            self.finished = not self.waits

    def final(self, *, numbered: bool = True) -> str:
        """The whole answer, below it what it is based on."""
        return super().final(numbered=numbered)

    async def settled(self) -> str:
        """The text that no later event can change, as Slack's markdown takes it."""
        return await rendered(partial(settled_text, whole=self._whole), self.said)


def settled_text(markdown: str, *, whole: bool) -> str:
    """The settled part of ``markdown`` (:func:`settled_part`), as Slack's markdown takes it."""
    return block_text(settled_part(markdown, whole=whole))
