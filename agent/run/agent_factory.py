"""Assembles the agent of one run, with the memory and the tools of the person who asks."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from strands import Agent
from strands.agent.conversation_manager import SlidingWindowConversationManager
from strands.middleware import ExecuteToolStage
from strands.models import Model
from strands.types.tools import AgentTool

from agent.authorization.approval import Approval
from agent.authorization.rights import Rights
from agent.errors import MemoryUnavailableError
from agent.memory.access.foreign_call_refusal import FAILED_CALLS
from agent.memory.agentcore_memory import AgentCoreMemory, RunMemory
from agent.memory.newest_events import WINDOW
from agent.models.provider_errors import ModelFailure
from agent.prompt import system_prompt, tool_names
from agent.request.attachments import AttachedFile
from agent.request.audience import RunAudience
from agent.request.caller import Caller
from agent.run.explanation import Explanation
from agent.run.limits import LimitHandler, RunLimits
from agent.run.tool_call_idempotency import RecordedCalls
from agent.telemetry.log_redaction import one_line
from agent.tools.client_account_search import ClientAccounts
from agent.tools.client_account_tool import client_account_tool
from agent.tools.document_tools import document_tools
from agent.tools.documents.reader import Reader
from agent.tools.forget_tool import TOOL as FORGET
from agent.tools.forget_tool import ForgetTool
from agent.tools.gateway import Gateway
from agent.tools.memory_pause_tools import memory_pause_tools
from agent.tools.memory_tool import memory_tool
from agent.tools.policies.shared_index import PolicyCollection
from agent.tools.policy_tool import policy_tool

logger = logging.getLogger(__name__)

AGENT_ID = "bizassist"
MEMORY_INCOMPLETE = "Not everything I know of you could be read or saved this time."


@dataclass(frozen=True, slots=True)
class AssembledAgent:
    """The agent of one run, and what belongs to it.

    :param memory: None when it can't be reached.
    :param failure: why the model gave no answer, if it gave none.
    :param audience: who reads the run along.
    """

    agent: Agent
    memory: RunMemory | None
    limits: LimitHandler
    failure: ModelFailure
    audience: RunAudience

    def mark(self, run: str) -> None:
        """Mark the messages that come with their run and their audience."""
        if self.memory:
            self.memory.conversation.run = run
            self.memory.conversation.private = lambda: self.audience.narrowed

    def save(self) -> None:
        """Save what came after the run's own end; blocks on the network."""
        if self.memory:
            self.memory.conversation.save()


@dataclass(slots=True)
class AgentFactory:
    """What all runs share, and nothing of any one person."""

    model: Model
    gateway: Gateway
    memory: AgentCoreMemory
    client_accounts: ClientAccounts
    policies: PolicyCollection
    run_limits: RunLimits
    reader: Reader = field(default_factory=Reader)

    async def assemble(
        self,
        caller: Caller,
        session: str,
        explanation: Explanation,
        audience: RunAudience,
        *,
        files: Sequence[AttachedFile] = (),
        question: str = "",
        memory_version: str = "",
    ) -> AssembledAgent:
        """An agent that knows the conversation so far, and the person as far as it may.

        :param question: what is recalled for; empty for a run that goes on.
        :param memory_version: what was recalled under another one is out of date.
        """
        self.policies.look_ahead()
        gateway_tools, memory = await asyncio.gather(
            self.gateway.tools(),
            self._open_memory(
                caller, session, explanation, audience, question=question, version=memory_version
            ),
        )
        limits, failure = LimitHandler(self.run_limits), ModelFailure()
        tools = [*gateway_tools, *document_tools(files, self.reader)]

        def made() -> Agent:
            """Parses the conversation on the way, so it takes its time."""
            rights = Rights(caller, audience)
            agent = Agent(
                model=self.model,
                system_prompt=system_prompt(
                    self.gateway.unavailable_tools,
                    paused=memory is not None and memory.paused,
                    read_along=not audience.personal_memory,
                ),
                tools=[*self._local_tools(memory, rights), *tools],
                agent_id=AGENT_ID,
                name=AGENT_ID,
                callback_handler=None,
                hooks=[explanation, failure],
                retry_strategy=None,  # each model's client tries again, and stops after a while
                interventions=[
                    limits,
                    rights,
                    _approval(memory),
                ],
                conversation_manager=SlidingWindowConversationManager(window_size=WINDOW),
                session_manager=memory.conversation if memory else None,
                memory_manager=memory.recall if memory else None,
            )
            recorded = RecordedCalls(memory.conversation if memory else None)
            agent.add_middleware(ExecuteToolStage, recorded.execute)
            return agent

        agent = await asyncio.to_thread(made)
        return AssembledAgent(agent, memory, limits, failure, audience)

    def notices(self, assembled: AssembledAgent) -> list[str]:
        """What the person should know about how an answer was made."""
        reached = assembled.limits.reached
        notices = [reached] if reached else []
        if assembled.memory is None:
            notices.append(MemoryUnavailableError.sentence)
        elif FAILED_CALLS.get():
            notices.append(MEMORY_INCOMPLETE)
        unavailable = self.gateway.unavailable_tools
        if unavailable is not None:
            notices.append(f"Not available at the moment: {tool_names(unavailable)}.")
        return notices

    async def _open_memory(
        self,
        caller: Caller,
        session: str,
        explanation: Explanation,
        audience: RunAudience,
        *,
        question: str,
        version: str,
    ) -> RunMemory | None:
        try:
            return await self.memory.open(
                caller.subject,
                session,
                explanation.recalled,
                personal=audience.personal_memory,
                question=question,
                version=version,
            )
        except MemoryUnavailableError as error:
            logger.error("no memory for this run: %s", one_line(error.detail))  # noqa: TRY400
            return None

    def _local_tools(self, memory: RunMemory | None, rights: Rights) -> list[AgentTool]:
        """What this agent does itself; without memory there is none to show."""
        own = (
            []
            if memory is None
            else [
                memory_tool(memory.controls.records, paused=memory.paused),
                ForgetTool(memory).forget,
                *memory_pause_tools(memory),
            ]
        )
        return [*own, client_account_tool(self.client_accounts, rights), policy_tool(self.policies)]


def _approval(memory: RunMemory | None) -> Approval:
    if memory is None:
        return Approval(None)
    return Approval(memory.conversation.save_state, {FORGET: ForgetTool(memory).propose})
