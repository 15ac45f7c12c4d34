"""What an asker reads before they approve a call, and what stands there afterwards.

An Adaptive Card with Universal Actions ("Work with Universal Actions for Adaptive Cards"): a click
is answered with the card that replaces it, and the card asks by itself how it stands when its
asker sees it again. Values are plain text runs, in which nothing is a link or a mention.
"""

from collections.abc import Mapping, Sequence

from ag_ui.core import Interrupt

from bots.answer.proposed_call import ProposedCall
from bots.teams.incoming.approval_click import LOOK, VERBS, AskingTurn
from bots.teams.outgoing.bot_connector import Json
from bots.teams.outgoing.content.table_cards import CARD, SCHEMA
from bots.turn.decision_and_stop import Decision

LABELS: dict[Decision, str] = {"approve": "Approve", "refuse": "Don't"}
LONGEST_NAMES = 300
MOST_CALLS = 5
MOST_VALUES = 10
DECIDED: dict[Decision, str] = {
    "approve": "You approved this: {what}.",
    "refuse": "You didn't approve this, so it isn't done: {what}.",
}
TOO_LATE = "Too late to decide this: {what}. Please ask me again."
SUMMARY = "This needs your approval: {what}"
NOT_YOURS = "Only the person who asked can decide this."


def names(interrupts: Sequence[Interrupt]) -> str:
    """The tools that wait, for a person."""
    tools = dict.fromkeys(ProposedCall.of(one).tool for one in interrupts)
    return ", ".join(tools)[:LONGEST_NAMES]


def calls(interrupts: Sequence[Interrupt]) -> list[Json]:
    """The calls that wait as a card carries them: what each does, and with which values."""
    return [_call(ProposedCall.of(one)) for one in interrupts[:MOST_CALLS]]


def request_card(asking: AskingTurn, waiting: Sequence[Mapping[str, object]], mri: str) -> Json:
    """The calls that wait, and two buttons for all of them.

    :param mri: the asker as Teams knows them, whose card asks how it stands.
    """
    buttons = [
        {
            "type": "Action.Execute",
            "verb": verb,
            "title": LABELS[decision],
            "data": asking.data(),
            **({"style": "positive"} if decision == "approve" else {}),
        }
        for verb, decision in VERBS.items()
    ]
    look = {
        "type": "Action.Execute",
        "verb": LOOK,
        "data": {**asking.data(), "calls": [dict(one) for one in waiting]},
    }
    body = [block for call in waiting for block in _described(call)]
    return _card(body, actions=buttons, refresh={"action": look, "userIds": [mri]})


def decided_card(what: str, decision: Decision | None) -> Json:
    """What replaces the buttons; None for a decision that came too late."""
    return _card([_plain((DECIDED[decision] if decision else TOO_LATE).format(what=what))])


def message(card: Json, summary: str) -> Json:
    """A message that is a card."""
    attachment = {"contentType": CARD, "content": card}
    return {"type": "message", "summary": summary, "attachments": [attachment]}


def _card(body: Sequence[Json], **more: object) -> Json:
    return {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": list(body),
        **more,
    }


def _call(call: ProposedCall) -> Json:
    what = f"{call.tool[:1].upper()}{call.tool[1:]} needs your approval. {call.words}".strip()
    values = [f"{name}: {value}" for name, value in call.arguments.items()]
    if len(values) > MOST_VALUES:
        values = [*values[:MOST_VALUES], f"… and {len(values) - MOST_VALUES} more"]
    return {"what": what, "values": values}


def _described(call: Mapping[str, object]) -> list[Json]:
    values = call.get("values")
    said = [_plain(str(value)) for value in values] if isinstance(values, list) else []
    return [_plain(str(call.get("what", ""))), *said[: MOST_VALUES + 1]]


def _plain(text: str) -> Json:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text or " "}]}
