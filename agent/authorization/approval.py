"""A call that needs the person's approval waits for it; ``rights.cedar`` says which tools do."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from ag_ui.core import RunFinishedEvent, RunFinishedInterruptOutcome
from strands import Agent
from strands.hooks.events import AfterToolCallEvent, AfterToolsEvent, BeforeToolCallEvent
from strands.interventions import Deny, InterventionHandler, Proceed
from strands.types.agent import LocalAgent
from strands.types.exceptions import SessionException
from strands.types.interrupt import InterruptResponseContent
from strands.types.tools import ToolResult

from agent.authorization.policy_annotations import annotated_tools
from agent.authorization.proposal import PLANS, Propose
from agent.authorization.rights import POLICY
from agent.error_rendering import error_result
from agent.errors import OutcomeUnknownError

logger = logging.getLogger(__name__)

NOT_APPROVED = "You didn't approve this, so I didn't do it."
CANT_ASK = (
    "This needs your approval, and I can't ask for it while your memory can't be reached. "
    "Please ask again in a minute."
)
CANT_NOTE = "I can't note that I begin this, so I didn't do it. Please ask again in a minute."
BROKEN_OFF = "I was cut off before I could say what came of this."
ANNOTATION = "approval"
NAME = "ag_ui:tool_call:"
"""ag-ui-strands takes an interrupt whose name begins so for the approval of a tool's call."""


class Approval(InterventionHandler):
    """Interrupts the run before such a call; goes on as the person has decided in a later run.

    An approved call is made once, also when its run is: that it begins is saved before it does,
    its result before the run goes on. Both stand with what waits, where a later run finds them.

    :param save: saves what waits; None when the conversation is not kept, so that no later run
        could go on with it.
    :param proposals: by tool, what works out what a call would do; what any other tool would do
        its arguments say.
    """

    name = "approval"

    def __init__(
        self,
        save: Callable[[LocalAgent], None] | None,
        proposals: Mapping[str, Propose] | None = None,
    ) -> None:
        self._save = save
        self._proposals = proposals or {}
        self._begun: set[str] = set()
        self._saving = asyncio.Lock()

    async def before_tool_call(self, event: BeforeToolCallEvent, **_: Any) -> Proceed | Deny:
        """Let the call pass, refuse it, or leave the run until its person has decided."""
        call = event.tool_use
        if call["name"] not in tools_needing_approval(POLICY):
            return Proceed()
        if self._save is None:
            return Deny(reason=CANT_ASK)
        reason = await self._reason(event)
        if isinstance(reason, str):
            return Deny(reason=reason)
        decision = event.interrupt(f"{NAME}{call['name']}", reason=reason)
        approved = isinstance(decision, Mapping) and decision.get("approved") is True
        if not approved:
            return Deny(reason=NOT_APPROVED)
        unknown: Any = {"toolUseId": call["toolUseId"], **error_result(OutcomeUnknownError())}
        if not await self._kept(event.agent, unknown):
            return Deny(reason=CANT_NOTE)
        self._begun.add(call["toolUseId"])
        event.invocation_state.setdefault(PLANS, {})[call["toolUseId"]] = reason.get("plan")
        return Proceed()

    async def after_tool_call(self, event: AfterToolCallEvent, **_: Any) -> Proceed:
        """Keep the result of an approved call; what can't be kept stays of unknown outcome."""
        if event.result["toolUseId"] in self._begun:
            await self._kept(event.agent, event.result)
        return Proceed()

    async def _reason(self, event: BeforeToolCallEvent) -> dict[str, Any] | str:
        """What its person is asked, or was; the sentence why there is nothing to ask."""
        call, state = event.tool_use, event.agent._interrupt_state  # noqa: SLF001 - nor to see this
        asked = state.interrupts.get(event._interrupt_id(f"{NAME}{call['name']}"))  # noqa: SLF001
        if asked is not None:
            return dict(asked.reason)
        reason: dict[str, Any] = {
            "tool_name": call["name"],
            "tool_input": call["input"],
            "tool_use_id": call["toolUseId"],
        }
        if propose := self._proposals.get(call["name"]):
            proposal = await asyncio.to_thread(propose, call["input"])
            if isinstance(proposal, str):
                return proposal
            reason |= {"tool_input": dict(proposal.shown), "plan": proposal.plan}
        return reason

    async def _kept(self, agent: Any, result: ToolResult) -> bool:
        """Whether a result was saved with the calls that wait, so that it is not made again."""
        state = agent._interrupt_state  # noqa: SLF001 - there is no public way to keep a result
        if self._save is None or state.pending_tool_execution is None:
            return False
        async with self._saving:
            before = state.pending_tool_execution.completed_tool_results
            others = [one for one in before if one["toolUseId"] != result["toolUseId"]]
            state.set_pending_tool_results([*others, result])
            try:
                await asyncio.to_thread(self._save, agent)
            except SessionException:
                logger.error("an approved call was not saved")  # noqa: TRY400 - why is logged
                state.set_pending_tool_results(before)
                return False
        return True


@cache
def tools_needing_approval(policy: str) -> Mapping[str, str]:
    """Each tool whose calls need approval, with what a call does in plain words.

    They are the actions of the policies with an annotation ``@approval("what a call does")``; one
    such policy is enough, whichever other policies permit the tool too.

    :raises ValueError: when a policy has the annotation and no tool's name, or no words.
    """
    return annotated_tools(policy, ANNOTATION)


def end_answered(agent: Agent) -> None:
    """Let nothing wait whose calls have their results: its process died between two writes."""
    waiting = agent._interrupt_state  # noqa: SLF001 - there is no public way to see what waits
    if not waiting.activated or waiting.pending_tool_execution is None:
        return
    calls = waiting.pending_tool_execution.assistant_message["content"]
    open_calls = {block["toolUse"]["toolUseId"] for block in calls if "toolUse" in block}
    for message in agent.messages:
        for block in message["content"]:
            if "toolResult" in block:
                open_calls.discard(block["toolResult"]["toolUseId"])
    if not open_calls:
        waiting.end_tool_cycle()


async def decline_pending(agent: Agent) -> None:
    """Decline what waits for a decision that won't come: its person has asked something else.

    Strands takes no new question before it has its answers. It gets them, and ends there: the
    conversation has a result for each call, and no model is asked.
    """
    waiting = agent._interrupt_state  # noqa: SLF001 - there is no public way to see what waits
    if not waiting.activated:
        return
    declining = True
    undecided = any(interrupt.response is None for interrupt in waiting.interrupts.values())
    sentence = NOT_APPROVED if undecided else BROKEN_OFF

    def end(event: AfterToolsEvent) -> None:
        event.end_turn = sentence if declining else False

    agent.hooks.add_callback(AfterToolsEvent, end)
    refusals: list[InterruptResponseContent] = [
        {"interruptResponse": {"interruptId": name, "response": {"approved": False}}}
        for name in waiting.interrupts
    ]
    await agent.invoke_async(refusals)
    declining = False


def saved_answer(agent: Agent) -> str:
    """The answer of a run whose decision comes a second time: no call is made again."""
    if agent._interrupt_state.activated or not agent.messages:  # noqa: SLF001
        return ""
    last = agent.messages[-1]
    texts = [block["text"] for block in last["content"] if "text" in block]
    return "\n\n".join(texts) if last["role"] == "assistant" else ""


def with_descriptions(event: RunFinishedEvent) -> RunFinishedEvent:
    """The end of a run, its interrupts saying what the call would do."""
    if not isinstance(event.outcome, RunFinishedInterruptOutcome):
        return event
    descriptions = tools_needing_approval(POLICY)
    described = [
        interrupt.model_copy(
            update={"message": descriptions.get((interrupt.metadata or {}).get("tool_name", ""))}
        )
        for interrupt in event.outcome.interrupts
    ]
    outcome = event.outcome.model_copy(update={"interrupts": described})
    return event.model_copy(update={"outcome": outcome})
