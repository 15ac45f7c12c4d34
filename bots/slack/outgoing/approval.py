"""What an asker reads before they approve a call, and what stands there afterwards."""

from collections.abc import Sequence

from ag_ui.core import Interrupt

from bots.answer.proposed_call import ProposedCall
from bots.slack.incoming.approval_click import ACTIONS, AskingTurn
from bots.slack.outgoing.message import Content, content
from bots.turn.decision_and_stop import Decision

MOST_FIELDS = 10  # of a section ("Section block"); a tool with more arguments shows the first
LABELS: dict[Decision, str] = {"approve": "Approve", "refuse": "Don't"}
LONGEST_NAMES = 300
DECIDED: dict[Decision, str] = {
    "approve": "_You approved this: {what}._",
    "refuse": "_You didn't approve this, so it isn't done: {what}._",
}
TOO_LATE = "_Too late to decide this: {what}. Please ask me again._"


def names(interrupts: Sequence[Interrupt]) -> str:
    """The tools that wait, for a person."""
    tools = dict.fromkeys(ProposedCall.of(one).tool for one in interrupts)
    return ", ".join(tools)[:LONGEST_NAMES]


def request(asking: AskingTurn, interrupts: Sequence[Interrupt]) -> Content:
    """The calls that wait, each with its values as plain text, and two buttons for all of them."""
    calls = [ProposedCall.of(one) for one in interrupts]
    return {
        "text": f"This needs your approval: {asking.what}",
        "blocks": [*[block for call in calls for block in _described(call)], _buttons(asking)],
    }


def decided(what: str, decision: Decision | None) -> Content:
    """What replaces the buttons; None for a decision that came too late."""
    return content((DECIDED[decision] if decision else TOO_LATE).format(what=what))


def _described(call: ProposedCall) -> list[dict[str, object]]:
    what = f"{call.tool[:1].upper()}{call.tool[1:]} needs your approval. {call.words}".strip()
    values = [f"{name}: {value}" for name, value in call.arguments.items()]
    if len(values) > MOST_FIELDS:
        left = len(values) - MOST_FIELDS + 1
        values = [*values[: MOST_FIELDS - 1], f"… and {left} more"]
    blocks: list[dict[str, object]] = [{"type": "section", "text": _plain(what)}]
    if values:
        blocks.append({"type": "section", "fields": [_plain(value) for value in values]})
    return blocks


def _buttons(asking: AskingTurn) -> dict[str, object]:
    elements = [
        {
            "type": "button",
            "action_id": action,
            "text": _plain(LABELS[decision]),
            "value": asking.value(),
            **({"style": "primary"} if decision == "approve" else {}),
        }
        for action, decision in ACTIONS.items()
    ]
    return {"type": "actions", "elements": elements}


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": text, "emoji": False}
