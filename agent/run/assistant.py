"""Answers one question as AG-UI events, with an agent of the person who asks, made for this run."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field

from ag_ui.core import (
    BaseEvent,
    EventType,
    RunAgentInput,
    RunErrorEvent,
    RunFinishedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
)
from ag_ui_strands import StrandsAgent, StrandsAgentConfig  # type: ignore[import-untyped]

from agent.authorization.approval import decline_pending, saved_answer, with_descriptions
from agent.error_rendering import run_error_event
from agent.errors import RunError, run_error_class
from agent.memory.command_execution import execute
from agent.memory.commands import MemoryCommand, memory_command
from agent.memory.isolation import FAILED_CALLS
from agent.request.attachments import AttachedFile
from agent.request.caller import Caller
from agent.request.question import question_text
from agent.run.agent_factory import AGENT_ID, AgentFactory, AssembledAgent
from agent.run.explanation import Explanation
from agent.run.session_lock import SessionLocks
from agent.run.sources import Sources
from agent.run.usage import Usage

HIDDEN = frozenset(
    {
        EventType.RUN_STARTED,
        EventType.RAW,
        EventType.MESSAGES_SNAPSHOT,
        EventType.STATE_SNAPSHOT,
    }
)


@dataclass(slots=True)
class Assistant:
    """Answers questions, each with an agent of its own."""

    factory: AgentFactory
    _sessions: SessionLocks = field(default_factory=SessionLocks)

    async def run(
        self, run_input: RunAgentInput, caller: Caller, files: Sequence[AttachedFile] = ()
    ) -> AsyncIterator[BaseEvent]:
        """What comes after RUN_STARTED, as AG-UI events; a failure ends in one error event."""
        FAILED_CALLS.set([])
        usage, explanation = Usage(), Explanation()
        try:
            async with AsyncExitStack() as stack:
                session = self._sessions.locked(caller.subject, run_input.thread_id)
                await stack.enter_async_context(session)
                answer = self._with_sources(run_input, caller, files, explanation)
                events = await stack.enter_async_context(aclosing(answer))
                async for event in events:
                    if event.type is EventType.RUN_FINISHED:
                        yield explanation.event()
                    yield usage.counted(explanation.noted(event))
                    if event.type is EventType.RUN_ERROR:
                        return
        except Exception as error:  # noqa: BLE001 - the one place where a run's errors end
            yield run_error_event(error)

    async def _with_sources(
        self,
        run_input: RunAgentInput,
        caller: Caller,
        files: Sequence[AttachedFile],
        explanation: Explanation,
    ) -> AsyncGenerator[BaseEvent]:
        """The answer's events, each source after the result that names it first."""
        command = None if run_input.resume else memory_command(question_text(run_input))
        answer = (
            self._command_answer(command, run_input, caller)
            if command
            else self._agent_answer(run_input, caller, files, explanation)
        )
        sources = Sources()
        async with aclosing(answer):
            async for event in answer:
                yield event
                for source in sources.new_in(event):
                    yield source

    async def _command_answer(
        self, command: MemoryCommand, run_input: RunAgentInput, caller: Caller
    ) -> AsyncGenerator[BaseEvent]:
        """The run of a memory command, for which no model is asked."""
        answer = await execute(command, self.factory.memory, caller.subject)
        for event in text_message(answer):
            yield event
        yield RunFinishedEvent(thread_id=run_input.thread_id, run_id=run_input.run_id)

    async def _agent_answer(
        self,
        run_input: RunAgentInput,
        caller: Caller,
        files: Sequence[AttachedFile],
        explanation: Explanation,
    ) -> AsyncGenerator[BaseEvent]:
        assembled = await self.factory.assemble(caller, run_input.thread_id, explanation, files)
        again = await _answer_before(assembled, run_input)
        finished = RunFinishedEvent(thread_id=run_input.thread_id, run_id=run_input.run_id)
        adapter = _adapter(assembled, run_input.thread_id)
        async with aclosing(adapter.run(trusted_input(run_input))) as events:
            cancel = assembled.agent.cancel
            async for event in assembled.limits.timed(events, cancel, finished):
                if isinstance(event, RunErrorEvent):
                    yield run_error_event(_run_error(event, assembled))
                    return
                if isinstance(event, RunFinishedEvent):
                    if assembled.memory and run_input.resume:
                        # That this decision was taken comes last.
                        await asyncio.to_thread(assembled.memory.conversation.save)
                    notices = [f"\n\n_{notice}_" for notice in self.factory.notices(assembled)]
                    for text in (again, *notices):
                        for part in text_message(text):
                            yield part
                    yield with_descriptions(event)
                elif event.type not in HIDDEN:
                    yield event


async def _answer_before(assembled: AssembledAgent, run_input: RunAgentInput) -> str:
    """The answer that a repeated decision had; a new question has none and declines what waits."""
    if run_input.resume:
        return saved_answer(assembled.agent)
    await decline_pending(assembled.agent)
    return ""


def _run_error(event: RunErrorEvent, assembled: AssembledAgent) -> RunError:
    """Why a run failed: what the model's provider said, or else ag-ui-strands."""
    kind = assembled.failure.kind or run_error_class(event.code)
    return kind(detail=f"{event.code}: {event.message}")


def _adapter(assembled: AssembledAgent, thread: str) -> StrandsAgent:
    memory = assembled.memory
    return StrandsAgent(
        assembled.agent,
        AGENT_ID,
        config=StrandsAgentConfig(
            emit_messages_snapshot=False,
            session_manager_provider=lambda _: memory and memory.conversation,
        ),
        agents_by_thread={thread: assembled.agent},
    )


def trusted_input(run_input: RunAgentInput) -> RunAgentInput:
    """The input without anything that the client has no say in: tools, state, earlier messages."""
    return RunAgentInput(
        thread_id=run_input.thread_id,
        run_id=run_input.run_id,
        messages=[] if run_input.resume else run_input.messages[-1:],
        resume=run_input.resume,
        state={},
        tools=[],
        context=[],
        forwarded_props={},
    )


def text_message(text: str) -> Iterator[BaseEvent]:
    """A text message of its own; none for no text."""
    if text:
        message = uuid.uuid4().hex
        yield TextMessageStartEvent(message_id=message, role="assistant")
        yield TextMessageContentEvent(message_id=message, delta=text)
        yield TextMessageEndEvent(message_id=message)
