"""What a page shows of one answer, folded from the agent's events. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    RunErrorEvent,
    RunFinishedEvent,
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageStartEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from bots.answer.placeholder import WAITING
from bots.answer.proposed_call import readable
from bots.answer.sources import Source, source_of

SENTENCE = "bizassist.sentence"
"""Name of the custom event by which one plain sentence replaces what is visible."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool the agent used, by the name a person reads, and whether it still runs."""

    call: str
    name: str
    running: bool = True


@dataclass(frozen=True, slots=True)
class AnswerState:
    """An answer as far as it is written.

    :param text: Markdown.
    :param finished: no more events will come.
    :param failed: it ended in an error, whose sentence is at the end of ``text``.
    """

    text: str = ""
    tools: tuple[Tool, ...] = ()
    sources: tuple[Source, ...] = ()
    finished: bool = False
    failed: bool = False


def apply(  # noqa: C901, PLR0911 - one case an event
    answer: AnswerState, event: BaseEvent
) -> AnswerState:
    """The answer once ``event`` has happened."""
    match event:
        case RunStartedEvent():
            return AnswerState()
        case TextMessageStartEvent() if answer.text:
            return replace(answer, text=f"{answer.text}\n\n")
        case TextMessageContentEvent(delta=delta):
            return replace(answer, text=answer.text + delta)
        case ToolCallStartEvent(tool_call_id=call, tool_call_name=name):
            return replace(answer, tools=(*answer.tools, Tool(call, readable(name))))
        case ToolCallResultEvent(tool_call_id=call):
            done = (
                replace(tool, running=tool.running and tool.call != call) for tool in answer.tools
            )
            return replace(answer, tools=tuple(done))
        case CustomEvent(name=name, value=value) if name in (SENTENCE, WAITING):
            return replace(answer, text=str(value), tools=(), sources=())
        case RunErrorEvent(message=message):
            return replace(answer, text=_joined(answer.text, message), finished=True, failed=True)
        case RunFinishedEvent():
            return replace(answer, finished=True)
    source = source_of(event)
    return replace(answer, sources=(*answer.sources, source)) if source else answer


def coalesced(events: Iterable[BaseEvent]) -> list[BaseEvent]:
    """The same with neighbouring pieces of one text as one, which costs less to apply and send."""
    result, pieces = list[BaseEvent](), list[str]()

    def end_text() -> None:
        if len(pieces) > 1:
            result[-1] = result[-1].model_copy(update={"delta": "".join(pieces)})
        pieces.clear()

    for event in events:
        last = result[-1] if pieces else None
        if (
            isinstance(event, TextMessageContentEvent)
            and isinstance(last, TextMessageContentEvent)
            and last.message_id == event.message_id
        ):
            pieces.append(event.delta)
            continue
        end_text()
        if isinstance(event, TextMessageContentEvent):
            pieces.append(event.delta)
        result.append(event)
    end_text()
    return result


def _joined(text: str, sentence: str) -> str:
    return f"{text}\n\n{sentence}" if text else sentence
