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
from botocore.exceptions import ClientError
from pydantic import BaseModel

from bots.turn.actions import Decision
from bots.web.outgoing.shown_answer import readable
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Row = tuple[str, str, str]
"""Subject, conversation, turn."""

LONGEST_ARGUMENT = 500
DONE = {"approve": "You approved this.", "refuse": "You didn't approve this."}


class Proposal(BaseModel):
    """One call that waits: its tool and arguments as a person reads them, and what it does."""

    tool: str
    words: str
    arguments: dict[str, str]

    @classmethod
    def of(cls, interrupt: Interrupt) -> "Proposal":
        """The call that an interrupt of the agent tells of."""
        told = interrupt.metadata or {}
        given = told.get("tool_input")
        return cls(
            tool=readable(str(told.get("tool_name", "a tool"))),
            words=interrupt.message or "",
            arguments={
                readable(str(name)): str(value)[:LONGEST_ARGUMENT]
                for name, value in (given.items() if isinstance(given, dict) else ())
            },
        )


class Approval(BaseModel):
    """What a turn asks its person to approve.

    :param live: the event that asks; a click names it, so that it can't meet a later one.
    :param until: seconds since 1970.
    """

    live: str
    until: int
    proposals: list[Proposal]

    @property
    def expired(self) -> bool:
        """Whether it is too late to decide."""
        return time.time() > self.until

    def decided(self, decision: str) -> str:
        """What the answer says of it from then on, in Markdown."""
        tools = ", ".join(dict.fromkeys(proposal.tool for proposal in self.proposals))
        return f"_{DONE[decision]} ({tools})_"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer stands.

    :param answer: None while it is being written, or goes on after a decision.
    :param kept: what stands above it and stays.
    """

    live: str
    answer: str | None
    kept: str
    approval: Approval | None

    @classmethod
    def of(cls, row: dict[str, Any]) -> "Place":
        """Read a turn's row."""
        given = {name: value["S"] for name, value in row.items() if "S" in value}
        live, answer = given.get("live", given["position"]), given.get("answer")
        approval = Approval.model_validate_json(given["approval"]) if "approval" in given else None
        if approval and answer is not None and (decision := given.get("decision")):
            kept = joined(given.get("kept", ""), answer, approval.decided(decision))
            return cls(after_decision(live), None, kept, None)
        return cls(live, answer, given.get("kept", ""), approval if answer is not None else None)


def after_decision(live: str) -> str:
    """The event by which an answer goes on."""
    return f"{live}.1"


def joined(*texts: str) -> str:
    """Pieces of Markdown below each other."""
    return "\n\n".join(text for text in texts if text)


class Approvals:
    """What the rows say of approvals; each write has a condition, so that none undoes a later."""

    def __init__(self, dynamodb: "DynamoDBClient", call: Executor, table: str) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table

    async def asked(self, row: Row, approval: Approval) -> None:
        """The answer ends with a question to its person."""
        await self._write(
            row,
            "SET approval = :approval REMOVE decision",
            "attribute_exists(question)",
            {":approval": {"S": approval.model_dump_json()}},
        )

    async def decided(self, row: Row, live: str, decision: Decision) -> None:
        """Show the decision at once, before the answer goes on."""
        await self._write(
            row,
            "SET decision = :decision",
            "attribute_exists(approval) AND (attribute_not_exists(live) OR live = :live)",
            {":decision": {"S": decision}, ":live": {"S": live}},
        )

    async def going_on(self, row: Row, live: str, decision: Decision) -> None:
        """The answer is written again, by the event ``live``, below what stands there."""
        place = Place.of({**await self._read(row), "decision": {"S": decision}})
        if place.live == live:  # else an earlier attempt at this event has been here, and ended
            await self._write(
                row,
                "SET live = :live, kept = :kept REMOVE answer, approval, decision",
                "attribute_exists(approval)",
                {":live": {"S": live}, ":kept": {"S": place.kept}},
            )

    async def _read(self, row: Row) -> dict[str, Any]:
        found = await self._call(
            self._dynamodb.get_item, TableName=self._table, Key=_key(row), ConsistentRead=True
        )
        return dict(found["Item"])  # whoever goes on has been asked in it

    async def _write(self, row: Row, update: str, condition: str, values: dict[str, Any]) -> None:
        try:
            await self._call(
                self._dynamodb.update_item,
                TableName=self._table,
                Key=_key(row),
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise


def _key(row: Row) -> dict[str, Any]:
    subject, conversation, turn = row
    return {"conversation": {"S": f"turns#{subject}#{conversation}"}, "position": {"S": turn}}


def approval_of(live: str, interrupts: Iterable[Interrupt], until: int) -> Approval:
    """What the agent's interrupts ask, for the page."""
    return Approval(live=live, until=until, proposals=[Proposal.of(one) for one in interrupts])
