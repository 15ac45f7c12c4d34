"""Finds what a conversation holds of a run that is asked for again, so that it is made once."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ag_ui.core import RunAgentInput, RunFinishedEvent, RunFinishedInterruptOutcome
from strands import Agent
from strands.hooks.events import BeforeInvocationEvent
from strands.types.content import Message
from strands.types.tools import ToolResult

from agent.memory.run_mark import messages_of
from agent.run.waiting_interrupts import is_waiting, waiting_interrupts


@dataclass(frozen=True, slots=True)
class ToolUsed:
    """A call that was made, and its result."""

    name: str
    result: ToolResult


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """What is kept of a run, from its question on.

    :param finished: whether it came to its end: an answer, or a call that waits for approval.
    :param last: whether nothing came after it in its conversation.
    """

    messages: list[Message]
    finished: bool
    last: bool

    def texts(self) -> Iterator[str]:
        """What it said, a text for each message."""
        for message in self.messages:
            if message["role"] == "assistant":
                yield "".join(block.get("text", "") for block in message["content"])

    def tools_used(self) -> Iterator[ToolUsed]:
        """The calls that it made and that have a result, in order."""
        names: dict[str, str] = {}
        for block in (block for message in self.messages for block in message["content"]):
            if "toolUse" in block:
                names[block["toolUse"]["toolUseId"]] = block["toolUse"]["name"]
            result = block.get("toolResult")
            if result and result["toolUseId"] in names:
                yield ToolUsed(names[result["toolUseId"]], result)


def run_mark(run_input: RunAgentInput) -> str:
    """What a run's messages are marked with: its id and the decision that it goes on with, hashed.

    A question and the decision about its call may come under one id. A hash has no words that a
    person could ask to be forgotten.
    """
    decision = sorted(
        (entry.model_dump(mode="json") for entry in run_input.resume or ()),
        key=lambda entry: str(entry["interrupt_id"]),
    )
    name = json.dumps([run_input.run_id, decision], sort_keys=True)
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def earlier_run(agent: Agent, mark: str) -> EarlierRun | None:
    """What the agent's conversation holds of a run; None when it holds nothing."""
    messages = messages_of(agent.messages, mark)
    asked = [at for at, message in enumerate(messages) if _is_question(message)]
    messages = messages[asked[-1] if asked else 0 :]
    if not messages:
        return None
    last = agent.messages[-1] is messages[-1]
    answered = messages[-1]["role"] == "assistant" and not (
        last and _calls(messages[-1]) and not is_waiting(agent)
    )
    return EarlierRun(messages, answered, last)


def go_on(agent: Agent) -> None:
    """Let the next invocation go on from the conversation: its question is there already."""

    def without_question(event: BeforeInvocationEvent) -> None:
        event.messages = []

    agent.hooks.add_callback(BeforeInvocationEvent, without_question)


def end_of(earlier: EarlierRun, agent: Agent, run_input: RunAgentInput) -> RunFinishedEvent:
    """The end of a run that is said again: with the call that waits, if it still does."""
    finished = RunFinishedEvent(thread_id=run_input.thread_id, run_id=run_input.run_id)
    interrupts = waiting_interrupts(agent) if earlier.last else []
    if not interrupts:
        return finished
    outcome = RunFinishedInterruptOutcome(interrupts=interrupts)
    return finished.model_copy(update={"outcome": outcome})


def _is_question(message: Message) -> bool:
    return message["role"] == "user" and not any("toolResult" in b for b in message["content"])


def _calls(message: Message) -> bool:
    return any("toolUse" in block for block in message["content"])


def content_of(result: ToolResult) -> Any:
    """A result as the events of a run have it."""
    for block in result["content"]:
        if "text" in block:
            return block["text"]
        if "json" in block:
            return json.dumps(block["json"])
    return None
