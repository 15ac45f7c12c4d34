"""One question and its answer: an agent of the person who asks, made for this run only."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

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

from agent.authorization.approval import already_said, drop, in_plain_words
from agent.errors import run_error
from agent.memory.access import FAULTS
from agent.memory.command_execution import granted
from agent.memory.commands import wish
from agent.request.attachments import AttachedFile
from agent.request.caller import Caller
from agent.request.question import question
from agent.run.assembly import AGENT_ID, Preparation, Prepared
from agent.run.explanation import Explanation
from agent.run.sources import Sources
from agent.run.usage import Usage

BUSY_SECONDS = 10.0
"""How long a run waits for an earlier one of its session, whose client has just gone away."""
HIDDEN = frozenset(
    {
        EventType.RUN_STARTED,
        EventType.RAW,
        EventType.MESSAGES_SNAPSHOT,
        EventType.STATE_SNAPSHOT,
    }
)


class BusyError(Exception):
    """An earlier run of the session has not ended."""


@dataclass(slots=True)
class Assistant:
    """Answers questions, each with an agent of its own."""

    shared: Preparation
    _sessions: WeakValueDictionary[tuple[str, str], asyncio.Lock] = field(
        default_factory=WeakValueDictionary
    )

    async def run(
        self, run_input: RunAgentInput, caller: Caller, files: Sequence[AttachedFile] = ()
    ) -> AsyncIterator[BaseEvent]:
        """What comes after RUN_STARTED, as AG-UI events; a failure ends in one error event."""
        FAULTS.set([])
        usage, explanation = Usage(), Explanation()
        try:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(self._alone(caller, run_input.thread_id))
                answers = self._events(run_input, caller, files, explanation)
                events = await stack.enter_async_context(aclosing(answers))
                async for event in events:
                    if event.type is EventType.RUN_FINISHED:
                        yield explanation.event()
                    yield usage.counted(explanation.noted(event))
                    if event.type is EventType.RUN_ERROR:
                        return
        except Exception as error:  # noqa: BLE001 - the one place where a run's errors end
            code = "BUSY" if isinstance(error, BusyError) else None
            yield run_error(code, f"{type(error).__name__}: {error}")

    @asynccontextmanager
    async def _alone(self, caller: Caller, thread: str) -> AsyncIterator[None]:
        """One run at a time in a session: two would interleave their messages.

        :raises BusyError: when the earlier one takes too long.
        """
        lock = self._sessions.setdefault((caller.subject, thread), asyncio.Lock())
        try:
            async with asyncio.timeout(BUSY_SECONDS):
                await lock.acquire()
        except TimeoutError:
            raise BusyError(f"after {BUSY_SECONDS:.0f} seconds") from None
        try:
            yield
        finally:
            lock.release()

    async def _events(
        self,
        run_input: RunAgentInput,
        caller: Caller,
        files: Sequence[AttachedFile],
        explanation: Explanation,
    ) -> AsyncGenerator[BaseEvent]:
        wanted = None if run_input.resume else wish(question(run_input))
        answers = (
            granted(wanted, self.shared.memories, caller.subject, run_input)
            if wanted
            else self._answers(run_input, caller, files, explanation)
        )
        sources = Sources()
        async with aclosing(answers):
            async for event in answers:
                yield event
                for source in sources.after(event):
                    yield source

    async def _answers(
        self,
        run_input: RunAgentInput,
        caller: Caller,
        files: Sequence[AttachedFile],
        explanation: Explanation,
    ) -> AsyncGenerator[BaseEvent]:
        prepared = await self.shared.of(caller, run_input.thread_id, explanation, files)
        agent = prepared.agent
        again = already_said(agent) if run_input.resume else await drop(agent)
        finished = RunFinishedEvent(thread_id=run_input.thread_id, run_id=run_input.run_id)
        adapter = _adapter(prepared, run_input.thread_id)
        async with aclosing(adapter.run(only_the_question(run_input))) as events:
            async for event in prepared.limits.timed(events, agent.cancel, finished):
                if isinstance(event, RunErrorEvent):
                    yield run_error(prepared.failure.code or event.code, event.message)
                    return
                if isinstance(event, RunFinishedEvent):
                    if prepared.memory and run_input.resume:
                        # That this decision was taken comes last.
                        await asyncio.to_thread(prepared.memory.conversation.save)
                    for part in told(again, self.shared.notices(prepared)):
                        yield part
                    yield in_plain_words(event)
                elif event.type not in HIDDEN:
                    yield event


def _adapter(prepared: Prepared, thread: str) -> StrandsAgent:
    memory = prepared.memory
    return StrandsAgent(
        prepared.agent,
        AGENT_ID,
        config=StrandsAgentConfig(
            emit_messages_snapshot=False,
            session_manager_provider=lambda _: memory and memory.conversation,
        ),
        agents_by_thread={thread: prepared.agent},
    )


def only_the_question(run_input: RunAgentInput) -> RunAgentInput:
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


def told(again: str, notices: Iterable[str]) -> Iterator[BaseEvent]:
    """What an answer ends with, each part as a text message of its own."""
    for text in (again, *(f"\n\n_{notice}_" for notice in notices)):
        if text:
            message = uuid.uuid4().hex
            yield TextMessageStartEvent(message_id=message, role="assistant")
            yield TextMessageContentEvent(message_id=message, delta=text)
            yield TextMessageEndEvent(message_id=message)
