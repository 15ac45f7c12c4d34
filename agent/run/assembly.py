"""Makes the agent of one run, with the memory and the tools of the person who asks."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from strands import Agent
from strands.agent.conversation_manager import SlidingWindowConversationManager
from strands.models import Model
from strands.types.tools import AgentTool

from agent.authorization.approval import Approval
from agent.authorization.rights import Rights
from agent.errors import one_line
from agent.memory.access import FAULTS
from agent.memory.person_memory import SHAKY, UNAVAILABLE, Memories, Memory, MemoryUnavailableError
from agent.models.failures import ModelFailure
from agent.prompt import system_prompt, tool_names
from agent.request.attachments import AttachedFile
from agent.request.caller import Caller
from agent.run.explanation import Explanation
from agent.run.limits import Allowance, Limits
from agent.tools.client_account_tool import client_tool
from agent.tools.client_accounts import Clients
from agent.tools.document_tools import document_tools
from agent.tools.documents.reader import Reader
from agent.tools.gateway import Gateway
from agent.tools.memory_tool import memory_tools
from agent.tools.policies.collection import Policies
from agent.tools.policy_tool import policy_tool

logger = logging.getLogger(__name__)

AGENT_ID = "bizassist"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What one run has to itself.

    :param memory: None when it can't be reached.
    :param failure: what the model's provider said when it failed.
    """

    agent: Agent
    memory: Memory | None
    limits: Limits
    failure: ModelFailure


@dataclass(slots=True)
class Preparation:
    """What all runs share, and nothing of any one person."""

    model: Model
    gateway: Gateway
    memories: Memories
    clients: Clients
    policies: Policies
    allowance: Allowance
    reader: Reader = field(default_factory=Reader)

    async def of(
        self,
        caller: Caller,
        session: str,
        explanation: Explanation,
        files: Sequence[AttachedFile] = (),
    ) -> Prepared:
        """An agent that knows the conversation so far, and the person as far as it may."""
        gateway_tools, memory = await asyncio.gather(
            self.gateway.tools(), self._memory(caller, session, explanation)
        )
        limits, failure = Limits(self.allowance), ModelFailure()
        tools = [*gateway_tools, *document_tools(files, self.reader)]

        def made(memory: Memory | None) -> Agent:
            """Restores the conversation on the way, so it blocks on the network."""
            rights = Rights(caller)
            return Agent(
                model=self.model,
                system_prompt=system_prompt(
                    self.gateway.missing, paused=memory is not None and memory.paused
                ),
                tools=[*self._local_tools(memory, rights), *tools],
                agent_id=AGENT_ID,
                name=AGENT_ID,
                callback_handler=None,
                hooks=[explanation, failure],
                retry_strategy=None,  # each model's client tries again, and stops after a while
                interventions=[limits, rights, Approval(possible=memory is not None)],
                conversation_manager=SlidingWindowConversationManager(window_size=40),
                session_manager=memory.conversation if memory else None,
                memory_manager=memory.recall if memory else None,
            )

        agent = await asyncio.to_thread(made, memory)
        if memory and FAULTS.get():  # its history could not be restored: better none than half
            memory = None
            agent = await asyncio.to_thread(made, memory)
        return Prepared(agent, memory, limits, failure)

    def notices(self, prepared: Prepared) -> list[str]:
        """What the person should know about how an answer was made."""
        reached = prepared.limits.reached
        notices = [reached] if reached else []
        if prepared.memory is None:
            notices.append(UNAVAILABLE)
        elif FAULTS.get():
            notices.append(SHAKY)
        missing = self.gateway.missing
        if missing is not None:
            notices.append(f"Not available at the moment: {tool_names(missing)}.")
        return notices

    async def _memory(
        self, caller: Caller, session: str, explanation: Explanation
    ) -> Memory | None:
        subject, recalled = caller.subject, explanation.recalled
        try:
            return await asyncio.to_thread(self.memories.open, subject, session, recalled)
        except MemoryUnavailableError as error:
            logger.error("no memory for this run: %s", one_line(str(error)))  # noqa: TRY400
            return None

    def _local_tools(self, memory: Memory | None, rights: Rights) -> list[AgentTool]:
        """What this agent does itself; without memory there is none to show."""
        own = memory_tools(memory.records, paused=memory.paused) if memory else []
        return [*own, client_tool(self.clients, rights), policy_tool(self.policies)]
