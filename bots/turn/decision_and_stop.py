"""What a person does about a turn, beside the queue: stop it, or decide what it asks.

They are attributes of the turn's row in the ledger's table, each written under a condition, from
whichever process hears of it; the diagram is in :mod:`bots.turn.ledger`. A question that still
waits in the queue has no row yet: below ``stop#{chat user}`` stands where somebody has stopped all
that they had asked there before, and when that was.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from ag_ui.core import Interrupt, ResumeEntry

from bots.conditional_write import conditional_write
from bots.platform import Turn
from bots.turn.ledger import rows_waiting_for, under_way
from identity.current_row import current_row
from identity.executor import Executor
from identity.people import ChatUser

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

APPROVAL_SECONDS = 60 * 60
"""How long a call waits for its person's decision."""
STOP_KEPT = 4 * 24 * 60 * 60
"""Seconds; no question waits for longer, not even for its workspace to be connected again."""
MOST_PLACES = 50
"""Places of one person whose stops are kept, the newest."""

Decision = Literal["approve", "refuse"]
Standing = Literal["approve", "refuse", "open", "late"]
"""What was decided, or that it can be decided, or that it can't any more."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision that stands, and the interrupts of the run that it answers."""

    decision: Decision
    interrupts: tuple[str, ...]

    def resume(self) -> tuple[ResumeEntry, ...]:
        """What the agent's next run is told."""
        approved = {"approved": self.decision == "approve"}
        return tuple(
            ResumeEntry(interrupt_id=name, status="resolved", payload=approved)
            for name in self.interrupts
        )


class TurnActions:
    """The actions on the turns of the ledger's table."""

    def __init__(self, dynamodb: "DynamoDBClient", call: Executor, table: str) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table

    async def ask_approval(self, turn: str, subject: str, interrupts: Sequence[Interrupt]) -> int:
        """Let a turn's asker, and nobody else, decide; until when, in seconds since 1970."""
        until = int(time.time()) + APPROVAL_SECONDS
        names = json.dumps([interrupt.id for interrupt in interrupts])
        await self._write(
            turn,
            "SET asks = :asks, asker = :asker, asks_until = :until",
            "attribute_exists(#state) AND attribute_not_exists(decision)",
            {":asks": {"S": names}, ":asker": {"S": subject}, ":until": {"N": str(until)}},
        )
        return until

    async def decide(self, turn: str, subject: str, decision: Decision) -> Decided | None:
        """Decide once: what stands afterwards, this decision or an earlier one.

        None when nothing was asked of this person, or the time is over.
        """
        row = await self._write(
            turn,
            "SET decision = :decision",
            "asker = :asker AND asks_until > :now AND attribute_not_exists(decision)",
            {
                ":decision": {"S": decision},
                ":asker": {"S": subject},
                ":now": {"N": str(await self._until(subject))},
            },
        ) or await self._read(turn)
        if "decision" not in row or row["asker"]["S"] != subject:
            return None
        stands = cast("Decision", row["decision"]["S"])
        return Decided(stands, tuple(json.loads(row["asks"]["S"])))

    async def standing(self, turn: str, subject: str) -> Standing:
        """How a decision of this person stands; late as well where nothing was asked of them."""
        row = await self._read(turn)
        if row.get("asker", {}).get("S") != subject:
            return "late"
        if "decision" in row:
            return cast("Decision", row["decision"]["S"])
        return "open" if int(row["asks_until"]["N"]) > await self._until(subject) else "late"

    async def end_approvals(self, subject: str) -> None:
        """Let nobody decide any more what was asked of ``subject`` until now.

        They have left; should they come back, they decide what they are asked then.
        """
        now = int(time.time())
        await self._write(
            _left(subject),
            "SET left_at = :now, expires_at = :expires",
            "attribute_not_exists(left_at) OR left_at < :now",
            {":now": {"N": str(now)}, ":expires": {"N": str(now + APPROVAL_SECONDS)}},
        )

    async def _until(self, subject: str) -> int:
        """What asks until later than this can be decided, in seconds since 1970."""
        left = (await self._read(_left(subject))).get("left_at", {"N": "0"})
        return max(int(time.time()), int(left["N"]) + APPROVAL_SECONDS)

    async def stop(self, turn: str) -> bool:
        """Let nobody go on with the turn; whether it is being answered at this moment."""
        row = await self._write(
            turn,
            "SET stopped = :now, expires_at = if_not_exists(expires_at, :expires)",
            "attribute_not_exists(#state) OR NOT #state IN (:answered, :failed)",
            {
                ":now": {"N": str(int(time.time()))},
                ":expires": {"N": str(int(time.time()) + 24 * 60 * 60)},
                ":answered": {"S": "answered"},
                ":failed": {"S": "failed"},
            },
        )
        return bool(row.get("state", {}).get("S") == "answering")

    async def under_way(self, chat_user: ChatUser, before: float) -> dict[str, str]:
        """The turns that are being answered to somebody, and the conversation of each.

        :param before: only those that were asked before then, in seconds since 1970.
        """
        rows = await rows_waiting_for(self._dynamodb, self._call, self._table, under_way(chat_user))
        asked = [row for row in rows if float(row.get("sent_at", {}).get("N", "0")) < before]
        return {row["turn"]["S"]: row["conversation"]["S"] for row in asked}

    async def stop_waiting(self, chat_user: ChatUser, place: str, before: float) -> None:
        """Let nobody begin what somebody has asked at a place before then (seconds since 1970)."""
        written: dict[str, Any] = {}
        while not written:
            known = (await self._read(_stops_of(chat_user))).get("stops", {}).get("S", "[]")
            stops = dict(json.loads(known))
            at = max(before, stops.pop(place, 0.0))
            recent = {**stops, place: at}
            written = await self._write(
                _stops_of(chat_user),
                "SET stops = :stops, expires_at = :expires",
                "attribute_not_exists(stops) OR stops = :known",
                {
                    ":stops": {"S": json.dumps(list(recent.items())[-MOST_PLACES:])},
                    ":known": {"S": known},
                    ":expires": {"N": str(int(time.time()) + STOP_KEPT)},
                },
            )

    async def stopped(self, turn: Turn) -> bool:
        """Whether its asker has stopped the turn, or all that they had asked there."""
        row, stops = await self._read_both(turn.id, _stops_of(turn.chat_user))
        return "stopped" in row or any(
            turn.accepted.sent_at < at and is_at(turn.conversation, place)
            for place, at in json.loads(stops.get("stops", {}).get("S", "[]"))
        )

    async def conversation_of(self, turn: str, chat_user: ChatUser) -> str | None:
        """The conversation of a turn that this person has asked; None for anybody else's."""
        row = await self._read(turn)
        if row.get("chat_user", {}).get("S") != chat_user.key:
            return None
        return str(row["conversation"]["S"])

    async def _read_both(self, *turns: str) -> list[dict[str, Any]]:
        """Two rows as they are now, by one call (BatchGetItem); empty where there is none.

        What DynamoDB leaves over, as it does when it throttles, is read by itself: the SDK pauses
        before it asks such a call again, and gives up in the end.
        """
        keys: Any = {"Keys": [{"turn": {"S": turn}} for turn in turns], "ConsistentRead": True}
        answer = await self._call(self._dynamodb.batch_get_item, RequestItems={self._table: keys})
        found = answer["Responses"].get(self._table, [])
        rows = {row["turn"]["S"]: dict(row) for row in found}
        left = answer.get("UnprocessedKeys", {}).get(self._table, {"Keys": []})
        for key in left["Keys"]:
            rows[key["turn"]["S"]] = await self._read(key["turn"]["S"])
        return [rows.get(turn, {}) for turn in turns]

    async def _read(self, turn: str) -> dict[str, Any]:
        return await current_row(self._call, self._dynamodb, self._table, {"turn": {"S": turn}})

    async def _write(
        self, turn: str, update: str, condition: str, values: dict[str, Any]
    ) -> dict[str, Any]:
        """The row as it is then; empty when the condition doesn't hold."""
        row = await conditional_write(
            self._dynamodb,
            self._call,
            self._table,
            {"turn": {"S": turn}},
            update=update,
            condition=condition,
            values=values,
        )
        return row or {}


def _left(subject: str) -> str:
    """The row that says when somebody left, as long as anything that they were asked may stand."""
    return f"left#{subject}"


def is_at(conversation: str, place: str) -> bool:
    """Whether a conversation is at a place: itself, begun afresh, or a thread of a channel."""
    return conversation == place or conversation.startswith((f"{place}:", f"{place}~"))


def _stops_of(chat_user: ChatUser) -> str:
    return f"stop#{chat_user.key}"
