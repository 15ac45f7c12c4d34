"""A call that needs the person's approval waits for it; ``rights.cedar`` says which tools do."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import cedarpy
from ag_ui.core import RunFinishedEvent, RunFinishedInterruptOutcome
from strands import Agent
from strands.hooks.events import AfterToolsEvent, BeforeToolCallEvent
from strands.interventions import Deny, InterventionHandler, Proceed
from strands.types.interrupt import InterruptResponseContent

from agent.authorization.rights import POLICY

NOT_APPROVED = "You didn't approve this, so I didn't do it."
CANT_ASK = (
    "This needs your approval, and I can't ask for it while your memory can't be reached. "
    "Please ask again in a minute."
)
ANNOTATION = "approval"
NAME = "ag_ui:tool_call:"
"""ag-ui-strands takes an interrupt whose name begins so for the approval of a tool's call."""


class Approval(InterventionHandler):
    """Interrupts the run before such a call; goes on as the person has decided in a later run.

    :param possible: whether the conversation is kept, so that a later run can go on with it.
    """

    name = "approval"

    def __init__(self, *, possible: bool) -> None:
        self._possible = possible

    def before_tool_call(self, event: BeforeToolCallEvent, **_: Any) -> Proceed | Deny:
        """Let the call pass, refuse it, or leave the run until its person has decided."""
        call = event.tool_use
        if call["name"] not in tools_needing_approval(POLICY):
            return Proceed()
        if not self._possible:
            return Deny(reason=CANT_ASK)
        reason = {
            "tool_name": call["name"],
            "tool_input": call["input"],
            "tool_use_id": call["toolUseId"],
        }
        decision = event.interrupt(f"{NAME}{call['name']}", reason=reason)
        approved = isinstance(decision, Mapping) and decision.get("approved") is True
        return Proceed() if approved else Deny(reason=NOT_APPROVED)


@cache
def tools_needing_approval(policy: str) -> Mapping[str, str]:
    """Each tool whose calls need approval, with what a call does in plain words.

    They are the actions of the policies with an annotation ``@approval("what a call does")``; one
    such policy is enough, whichever other policies permit the tool too.

    :raises ValueError: when a policy has the annotation and no tool's name, or no words.
    """
    descriptions: dict[str, str] = {}
    rules = json.loads(cedarpy.policies_to_json_str(policy))["staticPolicies"].values()
    for rule in rules:
        if ANNOTATION not in rule.get("annotations", {}):
            continue
        words = rule["annotations"][ANNOTATION]
        action = rule["action"]
        tools = action.get("entities") or [action.get("entity")]
        if not words or None in tools:
            raise ValueError(f"@{ANNOTATION} needs its words, and a policy that names its tools")
        descriptions |= {tool["id"]: words for tool in tools}
    return descriptions


async def decline_pending(agent: Agent) -> None:
    """Decline what waits for a decision that won't come: its person has asked something else.

    Strands takes no new question before it has its answers. It gets them, and ends there: the
    conversation has a result for each call, and no model is asked.
    """
    waiting = agent._interrupt_state  # noqa: SLF001 - there is no public way to see what waits
    if not waiting.activated:
        return
    declining = True

    def end(event: AfterToolsEvent) -> None:
        event.end_turn = NOT_APPROVED if declining else False

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
