"""An agent runtime in memory: each question says by its first word what becomes of it."""

from collections import Counter
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from ag_ui.core import (
    BaseEvent,
    RunErrorEvent,
    RunFinishedEvent,
    RunStartedEvent,
    TextMessageContentEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from bots.answer.draft import Draft
from bots.errors import QuestionRefused, RuntimeUnavailable
from bots.runtime import RunAddress
from tests.simulation.outside import RUNTIME

if TYPE_CHECKING:
    from tests.simulation.process import Process

BUSY_RUNS = 2
"""So many runs of a question that is asked of a busy model end without an answer."""


class BrokenQuestion(Exception):
    """A question that we always fail at, by a fault of ours."""


@dataclass
class RuntimeModel:
    """What the agent did, whoever listens, and what its conversations keep.

    As the agent does (``agent/run/earlier_run.py``, ``agent/run/tool_call_idempotency.py``), it
    says a run again that has come to its end, and doesn't make a call again that had begun.

    :ivar runs: how often each turn was run.
    :ivar effects: how often its tool had its effect.
    :ivar made: what each run of it that came to its end had to say.
    """

    runs: Counter[str] = field(default_factory=Counter)
    effects: Counter[str] = field(default_factory=Counter)
    made: dict[str, list[str]] = field(default_factory=dict)
    _finished: dict[RunAddress, list[BaseEvent]] = field(default_factory=dict)
    _begun: set[RunAddress] = field(default_factory=set)
    _stopped: set[tuple[str, int]] = field(default_factory=set)
    _at_work: dict[RunAddress, tuple[str, int]] = field(default_factory=dict)

    def begin(self, address: RunAddress, text: str) -> int:
        """The number of this run of the turn."""
        run = address.run
        self.runs[run] += 1
        match text.split(maxsplit=1)[0]:
            case "refused":
                raise QuestionRefused("the runtime answered 400")
            case "broken":
                raise BrokenQuestion
            case "away":
                raise RuntimeUnavailable("the runtime answered 503")
        self._at_work[address] = (run, self.runs[run])
        return self.runs[run]

    def cancel(self, address: RunAddress) -> None:
        if address in self._at_work:
            self._stopped.add(self._at_work[address])

    def say(self, run: str, number: int, event: BaseEvent) -> BaseEvent:
        """The run's next event, unless it was stopped."""
        if (run, number) in self._stopped:
            raise RuntimeUnavailable("the stream ended before the run did")
        return event

    def act(self, address: RunAddress) -> None:
        """Make the run's call, unless it has begun before."""
        if address not in self._begun:
            self._begun.add(address)
            self.effects[address.run] += 1

    def end(self, address: RunAddress, said: list[BaseEvent]) -> None:
        """Keep what a run has said that has come to its end."""
        self._finished[address] = said

    def script(self, address: RunAddress, number: int, text: str) -> list[BaseEvent]:
        """What a run says when nothing goes wrong."""
        if said := self._finished.get(address):
            return said
        run = address.run
        started = RunStartedEvent(thread_id="t", run_id=run)
        words = text.split()
        if words[0] == "busy" and number <= BUSY_RUNS:
            return [started, RunErrorEvent(message="Busy.", code="MODEL_BUSY")]
        if words[0] == "failing":
            return [started, _text(f"{run} #{number}"), RunErrorEvent(message="No.", code="LIMIT")]
        said = [_text(f"{run} #{number} line {line}\n\n") for line in range(int(words[1]))]
        return [
            started,
            ToolCallStartEvent(tool_call_id="c", tool_call_name="check_order"),
            ToolCallResultEvent(message_id="r", tool_call_id="c", content="done"),
            *said,
            RunFinishedEvent(thread_id="t", run_id=run),
        ]


class RuntimeClient:
    """As one process sees it: the two methods of :class:`bots.runtime.Runtime` that turns use."""

    def __init__(self, process: "Process", model: RuntimeModel) -> None:
        self._process, self._model = process, model

    async def invoke(
        self, address: RunAddress, text: str, token: str, **_: Any
    ) -> AsyncGenerator[BaseEvent]:
        run = address.run
        self._process.begins(run)
        begin = partial(self._model.begin, address, text)
        number: int = await self._process.outside(f"invoke {run}", begin, RUNTIME)
        draft = Draft()
        script = self._model.script(address, number, text)
        for event in script:
            say = partial(self._said, address, number, script, event)
            what = f"{event.type.value} {run} #{number}"
            said: BaseEvent = await self._process.outside(what, say, RUNTIME)
            draft.take(said)
            if isinstance(said, RunFinishedEvent | RunErrorEvent):
                self._model.made.setdefault(run, []).append(draft.final())
            yield said

    def _said(
        self, address: RunAddress, number: int, script: list[BaseEvent], event: BaseEvent
    ) -> BaseEvent:
        said = self._model.say(address.run, number, event)
        if isinstance(event, ToolCallResultEvent):
            self._model.act(address)
        elif isinstance(event, RunFinishedEvent):
            self._model.end(address, script)
        return said

    async def cancel(self, address: RunAddress, token: str) -> None:
        await self._process.outside("cancel", partial(self._model.cancel, address), RUNTIME)


def _text(delta: str) -> BaseEvent:
    return TextMessageContentEvent(message_id="m", delta=delta)
