"""How a run ended without its answer, told from its events.

The match below names every event of the AG-UI vocabulary: one that a newer version adds is a type
error here, before it is an answer that nobody sees.
"""

from dataclasses import dataclass
from typing import assert_never, cast

from ag_ui.core import (
    ActivityDeltaEvent,
    ActivitySnapshotEvent,
    BaseEvent,
    CustomEvent,
    Event,
    MessagesSnapshotEvent,
    RawEvent,
    ReasoningEncryptedValueEvent,
    ReasoningEndEvent,
    ReasoningMessageChunkEvent,
    ReasoningMessageContentEvent,
    ReasoningMessageEndEvent,
    ReasoningMessageStartEvent,
    ReasoningStartEvent,
    RunErrorEvent,
    RunFinishedEvent,
    RunStartedEvent,
    StateDeltaEvent,
    StateSnapshotEvent,
    StepFinishedEvent,
    StepStartedEvent,
    SubagentErrorEvent,
    SubagentFinishedEvent,
    SubagentStartedEvent,
    TextMessageChunkEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallArgsEvent,
    ToolCallChunkEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

PASSING = frozenset({"BUSY", "CANCELLED", "MODEL_BUSY", "MODEL_UNREACHABLE", "UNAVAILABLE"})
"""The codes of ``agent/errors.py`` after which the same question may be answered."""


@dataclass(frozen=True, slots=True)
class RunFailure:
    """Why a run has no answer.

    :param sentence: the agent's own, for the asker.
    :param passing: whether the same question may be answered a little later.
    """

    code: str
    sentence: str
    passing: bool


def run_failure(event: BaseEvent) -> RunFailure | None:
    """What ``event`` says about the end of its run; None when the run goes on, or ended well."""
    known = cast("Event", event)
    match known:
        case RunErrorEvent(message=sentence, code=code):
            return RunFailure(code or "", sentence, code in PASSING)
        case (
            ActivityDeltaEvent()
            | ActivitySnapshotEvent()
            | CustomEvent()
            | MessagesSnapshotEvent()
            | RawEvent()
            | ReasoningEncryptedValueEvent()
            | ReasoningEndEvent()
            | ReasoningMessageChunkEvent()
            | ReasoningMessageContentEvent()
            | ReasoningMessageEndEvent()
            | ReasoningMessageStartEvent()
            | ReasoningStartEvent()
            | RunFinishedEvent()
            | RunStartedEvent()
            | StateDeltaEvent()
            | StateSnapshotEvent()
            | StepFinishedEvent()
            | StepStartedEvent()
            | SubagentErrorEvent()
            | SubagentFinishedEvent()
            | SubagentStartedEvent()
            | TextMessageChunkEvent()
            | TextMessageContentEvent()
            | TextMessageEndEvent()
            | TextMessageStartEvent()
            | ToolCallArgsEvent()
            | ToolCallChunkEvent()
            | ToolCallEndEvent()
            | ToolCallResultEvent()
            | ToolCallStartEvent()
        ):
            return None
        case _:
            assert_never(known)
