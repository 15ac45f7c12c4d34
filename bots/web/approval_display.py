"""Approvals in the web chat: what a turn asks, the buttons, and the answer that goes on after it.

They are attributes of the turn's row in the table of transcripts::

    live       the event whose agent events the answer shows: the question's, or a decision's
    kept       what stood there before that
    approval   what is asked, with its time; gone once the answer goes on
    decision   approve or refuse, until the answer goes on
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ag_ui.core import Interrupt
from pydantic import BaseModel

from bots.answer.proposed_call import ProposedCall
from bots.conditional_write import conditional_write
from bots.turn.decision_and_stop import Decision
from identity.current_row import current_row
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TurnKey = tuple[str, str, str]
"""Subject, conversation, turn."""

DECIDED = {"approve": "You approved this.", "refuse": "You didn't approve this."}


class Approval(BaseModel):
    """What a turn asks its person to approve.

    :param live: the event that asks; a click names it, so that it can't meet a later one.
    :param until: seconds since 1970.
    """

    live: str
    until: int
    proposals: list[ProposedCall]

    @property
    def expired(self) -> bool:
        """Whether it is too late to decide."""
        return time.time() > self.until

    def decided(self, decision: str) -> str:
        """What the answer says of it from then on, in Markdown."""
        tools = ", ".join(dict.fromkeys(call.tool for call in self.proposals))
        return f"_{DECIDED[decision]} ({tools})_"


@dataclass(frozen=True, slots=True)
class AnswerProgress:
    """How far an answer has come.

    :param answer: None while it is being written, or goes on after a decision.
    :param kept: what stands above it and stays.
    """

    live: str
    answer: str | None
    kept: str
    approval: Approval | None

    @classmethod
    def of(cls, row: dict[str, Any]) -> "AnswerProgress":
        """Read a turn's row."""
        fields = {name: value["S"] for name, value in row.items() if "S" in value}
        live, answer = fields.get("live", fields["position"]), fields.get("answer")
        approval = (
            Approval.model_validate_json(fields["approval"]) if "approval" in fields else None
        )
        if approval and answer is not None and (decision := fields.get("decision")):
            kept = join_markdown(fields.get("kept", ""), answer, approval.decided(decision))
            return cls(after_decision(live), None, kept, None)
        return cls(live, answer, fields.get("kept", ""), approval if answer is not None else None)


def after_decision(live: str) -> str:
    """The event by which an answer goes on."""
    return f"{live}.1"


def join_markdown(*texts: str) -> str:
    """Pieces of Markdown below each other."""
    return "\n\n".join(text for text in texts if text)


class Approvals:
    """What the rows say of approvals; each write has a condition, so that none undoes a later."""

    def __init__(self, dynamodb: "DynamoDBClient", call: Executor, table: str) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table

    async def record_request(self, key: TurnKey, approval: Approval) -> None:
        """The answer ends with a question to its person."""
        await self._write(
            key,
            "SET approval = :approval REMOVE decision",
            "attribute_exists(question)",
            {":approval": {"S": approval.model_dump_json()}},
        )

    async def record_decision(self, key: TurnKey, live: str, decision: Decision) -> None:
        """Show the decision at once, before the answer goes on."""
        await self._write(
            key,
            "SET decision = :decision",
            "attribute_exists(approval) AND (attribute_not_exists(live) OR live = :live)",
            {":decision": {"S": decision}, ":live": {"S": live}},
        )

    async def continue_answer(self, key: TurnKey, live: str, decision: Decision) -> None:
        """The answer is written again, by the event ``live``, below what stands there."""
        row = await self._read(key)
        if not row:  # its person has deleted the conversation meanwhile
            return
        progress = AnswerProgress.of({**row, "decision": {"S": decision}})
        if progress.live == live:  # else an earlier attempt at this event has been here, and ended
            await self._write(
                key,
                "SET live = :live, kept = :kept REMOVE answer, approval, decision",
                "attribute_exists(approval)",
                {":live": {"S": live}, ":kept": {"S": progress.kept}},
            )

    async def _read(self, key: TurnKey) -> dict[str, Any]:
        return await current_row(self._call, self._dynamodb, self._table, _row_key(key))

    async def _write(
        self, key: TurnKey, update: str, condition: str, values: dict[str, Any]
    ) -> None:
        await conditional_write(
            self._dynamodb,
            self._call,
            self._table,
            _row_key(key),
            update=update,
            condition=condition,
            values=values,
        )


def _row_key(key: TurnKey) -> dict[str, Any]:
    subject, conversation, turn = key
    return {"conversation": {"S": f"turns#{subject}#{conversation}"}, "position": {"S": turn}}


def approval_of(live: str, interrupts: Iterable[Interrupt], until: int) -> Approval:
    """What the agent's interrupts ask, for the page."""
    return Approval(live=live, until=until, proposals=[ProposedCall.of(one) for one in interrupts])
