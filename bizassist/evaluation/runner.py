"""Asks the agent itself, in this process, and notes what it called, said and used."""

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ag_ui.core import (
    BaseEvent,
    ResumeEntry,
    RunAgentInput,
    RunErrorEvent,
    RunFinishedEvent,
    RunFinishedInterruptOutcome,
    TextMessageContentEvent,
    ToolCallArgsEvent,
    ToolCallStartEvent,
    UserMessage,
)

from agent.app import build_assistant
from agent.request.attachments import AttachedFile
from agent.request.caller import Caller
from agent.run.assistant import Assistant
from agent.settings import Settings
from bizassist.errors import QuestionsError
from bizassist.evaluation.cases import FILES, Call, Case

Done = Callable[[], None]

ALONE = {"audience": "alone"}
"""Nobody reads an evaluation's answers along."""

MOST_APPROVALS = 3
"""What needs an approval gets it at once, so often in one answer."""


@dataclass
class Reply:
    """What came back for one question.

    :param seconds: from the question to the end of its answer.
    :param error: the sentence that a failed run ended in.
    :param waiting: ids of the calls that need the person's approval.
    """

    answer: str = ""
    error: str = ""
    seconds: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    waiting: list[str] = field(default_factory=list)
    _given: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def calls(self) -> list[Call]:
        """The tools that were called, and with what."""
        return [(tool, _arguments(given)) for tool, given in self._given.values()]

    def note(self, event: BaseEvent) -> None:
        """Add what one event says."""
        if isinstance(event, TextMessageContentEvent):
            self.answer += event.delta
        elif isinstance(event, ToolCallStartEvent):
            self._given[event.tool_call_id] = (event.tool_call_name, "")
        elif isinstance(event, ToolCallArgsEvent):
            tool, given = self._given[event.tool_call_id]
            self._given[event.tool_call_id] = (tool, given + event.delta)
        elif isinstance(event, RunErrorEvent):
            self.error = event.message
        elif isinstance(event, RunFinishedEvent):
            self._count(event.result)
            end = event.outcome
            waiting = end.interrupts if isinstance(end, RunFinishedInterruptOutcome) else []
            self.waiting = [one.id for one in waiting]

    def _count(self, result: Any) -> None:
        usage = result.get("usage", {}) if isinstance(result, dict) else {}
        self.input_tokens += usage.get("input_tokens", 0)
        self.output_tokens += usage.get("output_tokens", 0)


class QuestionRunner:
    """Asks as a person of its own, whose memory nobody shares and which is forgotten at the end."""

    def __init__(self, assistant: Assistant, files: Path = FILES) -> None:
        self._assistant = assistant
        self._files = files
        self._subject = f"evaluation-{uuid.uuid4().hex}"

    async def ask_all(self, cases: Sequence[Case], at_once: int, done: Done) -> list[Reply]:
        """Every case's reply, in order; so many are asked at the same time."""
        free = asyncio.Semaphore(at_once)

        async def one(case: Case) -> Reply:
            async with free:
                reply = await self.ask(case)
            done()
            return reply

        return list(await asyncio.gather(*(one(case) for case in cases)))

    async def ask(self, case: Case) -> Reply:
        """One case in a conversation of its own; only the last answer counts.

        :raises QuestionsError: when an attached file isn't there.
        """
        thread, files = uuid.uuid4().hex * 2, self._attached(case)
        for text in case.before:
            await self._one(text, thread, case, files)
        return await self._one(case.question, thread, case, files)

    async def forget(self) -> None:
        """Delete what the questions left in memory."""
        own = await asyncio.to_thread(self._assistant.factory.memory.controls, self._subject)
        await asyncio.to_thread(own.forgetting.forget, lambda _: True)

    async def _one(
        self, text: str, thread: str, case: Case, files: Sequence[AttachedFile]
    ) -> Reply:
        reply, began = Reply(), time.perf_counter()
        caller = Caller(self._subject, frozenset(case.groups))
        question = _run(thread, messages=[UserMessage(id="1", content=text)])
        for _ in range(1 + MOST_APPROVALS):
            async for event in self._assistant.run(question, caller, files):
                reply.note(event)
            if not reply.waiting or reply.error:
                break
            question = _run(thread, resume=[_approved(one) for one in reply.waiting])
        reply.seconds = time.perf_counter() - began
        return reply

    def _attached(self, case: Case) -> list[AttachedFile]:
        try:
            return [AttachedFile(name, (self._files / name).read_bytes()) for name in case.files]
        except OSError as error:
            raise QuestionsError(f"{case.id}: an attached file can't be read: {error}") from None


@contextlib.asynccontextmanager
async def open_runner(settings: Settings, files: Path) -> AsyncIterator[QuestionRunner]:
    """An agent with these settings, ready to be asked; it is closed and has forgotten at the end.

    :raises SettingsError: when the model can't be used.
    """
    assistant = await asyncio.to_thread(build_assistant, settings)
    try:
        await assistant.factory.gateway.tools()
        one = QuestionRunner(assistant, files)
        yield one
        await one.forget()
    finally:
        await assistant.factory.gateway.close()
        await assistant.factory.policies.close()


def _run(thread: str, **asked: Any) -> RunAgentInput:
    empty: dict[str, Any] = {"messages": [], "state": {}, "tools": [], "context": []}
    run = {"thread_id": thread, "run_id": uuid.uuid4().hex, "forwarded_props": ALONE}
    return RunAgentInput(**(empty | run | asked))


def _approved(interrupt: str) -> ResumeEntry:
    return ResumeEntry(interrupt_id=interrupt, status="resolved", payload={"approved": True})


def _arguments(given: str) -> dict[str, Any]:
    try:
        found = json.loads(given or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
