"""Answers one question as AG-UI events, with an agent of the person who asks, made for this run."""

import asyncio
import uuid
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field, replace

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

from agent.authorization.approval import (
    decline_pending,
    end_answered,
    saved_answer,
    with_descriptions,
)
from agent.error_rendering import run_error_event
from agent.errors import RunError, run_error_class
from agent.memory.access.foreign_call_refusal import FAILED_CALLS
from agent.memory.private_messages import is_private, withhold_private
from agent.request.attachments import AttachedFile
from agent.request.audience import RunAudience, read_audience
from agent.request.caller import Caller
from agent.request.question import memory_version
from agent.request.quoted_words import quoted_context
from agent.run.agent_factory import AGENT_ID, AgentFactory, AssembledAgent
from agent.run.earlier_run import (
    EarlierRun,
    content_of,
    earlier_run,
    end_of,
    go_on,
    run_mark,
)
from agent.run.explanation import Explanation
from agent.run.session_lock import SessionLocks
from agent.run.sources import Sources
from agent.run.usage import Usage
from agent.run.waiting_interrupts import is_waiting

HIDDEN = frozenset(
    {
        EventType.RUN_STARTED,
        EventType.RAW,
        EventType.MESSAGES_SNAPSHOT,
        EventType.STATE_SNAPSHOT,
    }
)


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What is asked, by whom, with which files, and who reads the answer along."""

    run_input: RunAgentInput
    caller: Caller
    files: Sequence[AttachedFile]
    audience: RunAudience


@dataclass(slots=True)
class Assistant:
    """Answers questions, each with an agent of its own."""

    factory: AgentFactory
    _sessions: SessionLocks = field(default_factory=SessionLocks)

    async def run(
        self, run_input: RunAgentInput, caller: Caller, files: Sequence[AttachedFile] = ()
    ) -> AsyncGenerator[BaseEvent]:
        """What comes after RUN_STARTED, as AG-UI events; a failure ends in one error event."""
        request = RunRequest(run_input, caller, files, read_audience(run_input))
        FAILED_CALLS.set([])
        usage, explanation = Usage(), Explanation()
        try:
            async with AsyncExitStack() as stack:
                session = self._sessions.locked(caller.subject, run_input.thread_id)
                await stack.enter_async_context(session)
                answer = self._with_sources(request, explanation)
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
        self, request: RunRequest, explanation: Explanation
    ) -> AsyncGenerator[BaseEvent]:
        """The answer's events, each source after the result that names it first.

        That the answer goes on to the asker alone is said before the first event that depends on
        what others may not see.
        """
        sources = Sources()
        async with aclosing(self._agent_answer(request, explanation, sources)) as answer:
            async for event in answer:
                for narrowed in request.audience.announcement():
                    yield narrowed
                yield event
                for source in sources.new_in(event):
                    yield source

    async def _agent_answer(
        self, request: RunRequest, explanation: Explanation, sources: Sources
    ) -> AsyncGenerator[BaseEvent]:
        """What is kept of the run, and what comes after it, if it had not come to its end."""
        run_input, audience = request.run_input, request.audience
        assembled = await self.factory.assemble(
            request.caller,
            run_input.thread_id,
            explanation,
            audience,
            files=request.files,
            question=asked_text(run_input),
            memory_version=memory_version(run_input),
        )
        end_answered(assembled.agent)
        earlier = earlier_run(assembled.agent, run_mark(run_input))
        said = earlier if earlier and (earlier.finished or earlier.last) else None
        if audience.shared:
            own = {id(message) for message in said.messages} if said else set()
            withhold_private([one for one in assembled.agent.messages if id(one) not in own])
        if said:
            for event in _said_before(said, explanation, sources, audience):
                yield event
        if earlier and earlier.finished:
            yield with_descriptions(end_of(earlier, assembled.agent, run_input))
            return
        async with aclosing(self._new_answer(run_input, assembled, earlier)) as events:
            async for event in events:
                yield event

    async def _new_answer(
        self, run_input: RunAgentInput, assembled: AssembledAgent, earlier: EarlierRun | None
    ) -> AsyncGenerator[BaseEvent]:
        sent, again = trusted_input(run_input), ""
        if earlier and earlier.last and not is_waiting(assembled.agent):
            go_on(assembled.agent)
            sent = sent.model_copy(update={"resume": None})
        else:
            again = await _answer_before(assembled, run_input)
        assembled.mark(run_mark(run_input))
        finished = RunFinishedEvent(thread_id=run_input.thread_id, run_id=run_input.run_id)
        adapter = _adapter(assembled, run_input.thread_id)
        async with aclosing(adapter.run(sent)) as events:
            cancel = assembled.agent.cancel
            async for event in assembled.limits.timed(events, cancel, finished):
                if isinstance(event, RunErrorEvent):
                    yield run_error_event(_run_error(event, assembled))
                    return
                if isinstance(event, RunFinishedEvent):
                    if run_input.resume:  # that this decision was taken comes last
                        await asyncio.to_thread(assembled.save)
                    for part in self._last_events(event, again, assembled):
                        yield part
                elif event.type not in HIDDEN:
                    yield event

    def _last_events(
        self, finished: RunFinishedEvent, again: str, assembled: AssembledAgent
    ) -> Iterator[BaseEvent]:
        notices = [f"\n\n_{notice}_" for notice in self.factory.notices(assembled)]
        for text in (again, *notices):
            yield from text_message(text)
        yield with_descriptions(finished)


def _said_before(
    earlier: EarlierRun, explanation: Explanation, sources: Sources, audience: RunAudience
) -> Iterator[BaseEvent]:
    """What a run said and used before it was asked for again, each part to who saw it then."""
    private = [message for message in earlier.messages if is_private(message)]
    if private:
        public = [message for message in earlier.messages if not is_private(message)]
        for text in replace(earlier, messages=public).texts():
            yield from text_message(text)
        audience.narrow()
    for used in earlier.tools_used():
        explanation.used_before(used.name, used.result)
        yield from sources.new_of(used.name, content_of(used.result))
    for text in replace(earlier, messages=private or earlier.messages).texts():
        yield from text_message(text)


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
    """The input without anything that the client has no say in: tools, state, earlier messages.

    What others wrote goes along as quotes.
    """
    return RunAgentInput(
        thread_id=run_input.thread_id,
        run_id=run_input.run_id,
        messages=[] if run_input.resume else run_input.messages[-1:],
        resume=run_input.resume,
        state={},
        tools=[],
        context=quoted_context(run_input.context),
        forwarded_props={},
    )


def asked_text(run_input: RunAgentInput) -> str:
    """What a run is asked; empty for one that goes on with a decision."""
    last = run_input.messages[-1] if run_input.messages and not run_input.resume else None
    return last.content if last is not None and isinstance(last.content, str) else ""


def text_message(text: str) -> Iterator[BaseEvent]:
    """A text message of its own; none for no text."""
    if text:
        message = uuid.uuid4().hex
        yield TextMessageStartEvent(message_id=message, role="assistant")
        yield TextMessageContentEvent(message_id=message, delta=text)
        yield TextMessageEndEvent(message_id=message)
