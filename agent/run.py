"""One question and its answer: an agent of the person who asks, made for this run only."""

import asyncio
import logging
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
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
)
from ag_ui_strands import StrandsAgent, StrandsAgentConfig  # type: ignore[import-untyped]
from strands import Agent
from strands.agent.conversation_manager import SlidingWindowConversationManager
from strands.models import Model
from strands.types.tools import AgentTool

from agent.approval import Approval, already_said, drop, in_plain_words
from agent.asked import question
from agent.caller import Caller
from agent.client_tool import client_tool
from agent.clients import Clients
from agent.document_tools import document_tools
from agent.documents.reader import Reader
from agent.explanation import Explanation
from agent.files import AttachedFile
from agent.gateway import Gateway
from agent.granted import granted
from agent.known import memory_tools
from agent.limits import Allowance, Limits
from agent.memory import SHAKY, UNAVAILABLE, Memories, Memory, MemoryUnavailableError
from agent.memory_access import FAULTS
from agent.model_failure import ModelFailure
from agent.policies.library import Policies
from agent.policy_tool import policy_tool
from agent.problems import one_line, run_error
from agent.prompt import system_prompt, tool_names
from agent.rights import Rights
from agent.sources import Sources
from agent.usage import Usage
from agent.wishes import wish

logger = logging.getLogger(__name__)

AGENT_ID = "bizassist"
BUSY_SECONDS = 10.0
"""How long a run waits for an earlier one of its session, whose client has just gone away."""
HIDDEN = frozenset({EventType.RAW, EventType.MESSAGES_SNAPSHOT, EventType.STATE_SNAPSHOT})


@dataclass(slots=True)
class Assistant:
    """What all runs share, and nothing of any one person."""

    model: Model
    gateway: Gateway
    memories: Memories
    clients: Clients
    policies: Policies
    allowance: Allowance
    reader: Reader = field(default_factory=Reader)
    _sessions: WeakValueDictionary[tuple[str, str], asyncio.Lock] = field(
        default_factory=WeakValueDictionary
    )

    async def run(
        self, run_input: RunAgentInput, caller: Caller, files: Sequence[AttachedFile] = ()
    ) -> AsyncIterator[BaseEvent]:
        """Answer one question as AG-UI events; a failure ends in one error event."""
        FAULTS.set([])
        usage, explanation = Usage(), Explanation()
        thread, run = run_input.thread_id, run_input.run_id
        started = False
        try:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(self._alone(caller, thread))
                answers = self._events(run_input, caller, files, explanation)
                events = await stack.enter_async_context(aclosing(answers))
                async for event in events:
                    started = started or event.type is EventType.RUN_STARTED
                    if event.type is EventType.RUN_FINISHED:
                        yield explanation.event()
                    yield usage.counted(explanation.noted(event))
                    if event.type is EventType.RUN_ERROR:
                        return
        except Exception as error:  # noqa: BLE001 - the one place where a run's errors end
            if not started:
                yield RunStartedEvent(thread_id=thread, run_id=run)
            code = "BUSY" if isinstance(error, TimeoutError) and not started else None
            yield run_error(code, f"{type(error).__name__}: {error}")

    @asynccontextmanager
    async def _alone(self, caller: Caller, thread: str) -> AsyncIterator[None]:
        """One run at a time in a session: two would interleave their messages."""
        lock = self._sessions.setdefault((caller.subject, thread), asyncio.Lock())
        async with asyncio.timeout(BUSY_SECONDS):
            await lock.acquire()
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
            granted(wanted, self.memories, caller.subject, run_input)
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
        tools, memory = await asyncio.gather(
            self.gateway.tools(), self._memory(caller, run_input.thread_id, explanation)
        )
        tools = [*tools, *document_tools(files, self.reader)]
        limits = Limits(self.allowance)
        agent = await asyncio.to_thread(self._agent, caller, tools, memory, explanation, limits)
        if memory and FAULTS.get():  # its history could not be restored: better none than half
            memory = None
            agent = await asyncio.to_thread(self._agent, caller, tools, memory, explanation, limits)
        failure = ModelFailure()
        agent.hooks.add_hook(failure)
        again = already_said(agent) if run_input.resume else await drop(agent)
        adapter = StrandsAgent(
            agent,
            AGENT_ID,
            config=StrandsAgentConfig(
                emit_messages_snapshot=False,
                session_manager_provider=lambda _: memory and memory.conversation,
            ),
            agents_by_thread={run_input.thread_id: agent},
        )
        finished = RunFinishedEvent(thread_id=run_input.thread_id, run_id=run_input.run_id)
        async with aclosing(adapter.run(only_the_question(run_input))) as events:
            async for event in limits.timed(events, agent.cancel, finished):
                if isinstance(event, RunErrorEvent):
                    yield run_error(failure.code or event.code, event.message)
                    return
                if isinstance(event, RunFinishedEvent):
                    if memory and run_input.resume:  # that this decision was taken comes last
                        await asyncio.to_thread(memory.conversation.save)
                    for part in told(again, self._notices(memory, limits)):
                        yield part
                    yield in_plain_words(event)
                elif event.type not in HIDDEN:
                    yield event

    async def _memory(
        self, caller: Caller, session_id: str, explanation: Explanation
    ) -> Memory | None:
        subject, recalled = caller.subject, explanation.recalled
        try:
            return await asyncio.to_thread(self.memories.open, subject, session_id, recalled)
        except MemoryUnavailableError as error:
            logger.error("no memory for this run: %s", one_line(str(error)))  # noqa: TRY400
            return None

    def _agent(
        self,
        caller: Caller,
        gateway_tools: list[AgentTool],
        memory: Memory | None,
        explanation: Explanation,
        limits: Limits,
    ) -> Agent:
        """Restores the conversation on the way, so it blocks on the network."""
        rights = Rights(caller)
        return Agent(
            model=self.model,
            system_prompt=system_prompt(
                self.gateway.missing, paused=memory is not None and memory.paused
            ),
            tools=[*self._local_tools(memory, rights), *gateway_tools],
            agent_id=AGENT_ID,
            name=AGENT_ID,
            callback_handler=None,
            hooks=[explanation],
            retry_strategy=None,  # each model's client tries again, and stops after a while
            interventions=[limits, rights, Approval(possible=memory is not None)],
            conversation_manager=SlidingWindowConversationManager(window_size=40),
            session_manager=memory.conversation if memory else None,
            memory_manager=memory.recall if memory else None,
        )

    def _local_tools(self, memory: Memory | None, rights: Rights) -> list[AgentTool]:
        """What this agent does itself; without memory there is none to show."""
        own = memory_tools(memory.records, paused=memory.paused) if memory else []
        return [*own, client_tool(self.clients, rights), policy_tool(self.policies)]

    def _notices(self, memory: Memory | None, limits: Limits) -> list[str]:
        """What the person should know about how this answer was made."""
        notices = [limits.reached] if limits.reached else []
        if memory is None:
            notices.append(UNAVAILABLE)
        elif FAULTS.get():
            notices.append(SHAKY)
        missing = self.gateway.missing
        if missing is not None:
            notices.append(f"Not available at the moment: {tool_names(missing)}.")
        return notices


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
