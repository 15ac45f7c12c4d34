"""A turn's agent events as a client of AG-UI may be sent them: in the protocol's order. Pure.

The protocol wants one beginning, one end, and everything between opened before it is closed
(https://docs.ag-ui.com/concepts/events). An answer here may begin anew after a process has died,
or be replaced by a sentence; the client is then told to go back to the messages it came with.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    MessagesSnapshotEvent,
    RunAgentInput,
    RunErrorEvent,
    RunFinishedEvent,
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallArgsEvent,
    ToolCallEndEvent,
    ToolCallStartEvent,
)

from bots.web.outgoing.answer_state import SENTENCE


@dataclass(slots=True)
class RunEvents:
    """Folds the events of one run.

    :param given: what the client asked.
    :ivar finished: nothing more may be sent.
    """

    given: RunAgentInput
    finished: bool = False
    _open: dict[str, BaseEvent] = field(default_factory=dict)
    _said: bool = False
    _sentences: int = 0

    def began(self) -> RunStartedEvent:
        """The first event of every run."""
        return RunStartedEvent(thread_id=self.given.thread_id, run_id=self.given.run_id)

    def failed(self, sentence: str, code: str) -> list[BaseEvent]:
        """The end of a run that nobody looks on any more."""
        self.finished = True
        return [RunErrorEvent(message=sentence, code=code)]

    def after(self, events: Iterable[BaseEvent]) -> list[BaseEvent]:
        """What to send once these have happened."""
        return [sent for event in events if not self.finished for sent in self._after(event)]

    def _after(self, event: BaseEvent) -> Iterator[BaseEvent]:
        match event:
            case RunStartedEvent():
                yield from self._anew()
            case CustomEvent(name=name, value=value) if name == SENTENCE:
                yield from self._anew()
                yield from self._sentence(str(value))
            case RunFinishedEvent():
                yield from self._closed()
                names = {"thread_id": self.given.thread_id, "run_id": self.given.run_id}
                self.finished = True
                yield event.model_copy(update=names)
            case RunErrorEvent():
                self.finished = True
                yield event
            case _:
                yield from self._part(event)

    def _part(self, event: BaseEvent) -> Iterator[BaseEvent]:
        """A part of the answer, opened before and closed once."""
        self._said = self._said or not isinstance(event, CustomEvent)
        name = _name(event)
        match event:
            case TextMessageStartEvent() | ToolCallStartEvent():
                self._open[name] = _closing(event)
            case TextMessageContentEvent(message_id=message) if name not in self._open:
                opening = TextMessageStartEvent(message_id=message, role="assistant")
                self._open[name] = _closing(opening)
                yield opening
            case TextMessageEndEvent() | ToolCallEndEvent() | ToolCallArgsEvent():
                if name not in self._open:
                    return
                if not isinstance(event, ToolCallArgsEvent):
                    del self._open[name]
        yield event

    def _closed(self) -> Iterator[BaseEvent]:
        yield from self._open.values()
        self._open.clear()

    def _anew(self) -> Iterator[BaseEvent]:
        """What was said so far doesn't count any more."""
        yield from self._closed()
        if self._said:
            yield MessagesSnapshotEvent(messages=self.given.messages)
        self._said = False

    def _sentence(self, text: str) -> Iterator[BaseEvent]:
        self._sentences += 1
        self._said = True
        name = f"{self.given.run_id}-sentence-{self._sentences}"
        yield TextMessageStartEvent(message_id=name, role="assistant")
        yield TextMessageContentEvent(message_id=name, delta=text)
        yield TextMessageEndEvent(message_id=name)


def _name(event: BaseEvent) -> str:
    """Which message or call an event is a part of."""
    message, call = getattr(event, "message_id", ""), getattr(event, "tool_call_id", "")
    return f"call {call}" if call else f"message {message}"


def _closing(opening: TextMessageStartEvent | ToolCallStartEvent) -> BaseEvent:
    if isinstance(opening, TextMessageStartEvent):
        return TextMessageEndEvent(message_id=opening.message_id)
    return ToolCallEndEvent(tool_call_id=opening.tool_call_id)
