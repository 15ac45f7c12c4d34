"""The ledger: how far each turn has come, so that it is answered exactly once.

::

    (new) ──begin──▶ answering ──finish──▶ answered
                     │      ▲ begin            (a redelivery begins again and finds the message)
                     │wait  │
                     ▼      │
                     waiting ┘                 (for its chat user to be linked)

    answering ──keep_result──▶ answering, made: from then on it is only shown

    answering, waiting ──give_up──▶ the same, given up: from then on only an apology begins
    answering ──fail──▶ failed

    beside these (bots.turn.decision_and_stop):
    answering ──ask──▶ it asks its person to approve something ──decide──▶ decided, once
    any but answered and failed ──stop──▶ stopped: whoever answers it ends it with a word
    no row yet: what was asked at a place before its asker's newest stop there counts as stopped

Every arrow is one conditional write (DynamoDB UpdateItem): two processes can't both take it. Each
``begin`` numbers an attempt, and every later write of an attempt holds only while it is the newest:
a worker that was frozen while another took the turn up can write nothing any more (a lease with a
fencing token; Kleppmann, "How to do distributed locking", 2016). A platform checks no such number,
so what is shown there is held by the lease itself.

A row also says when it was asked (``asked_on``, ``asked_at``), by which chat user, and in the end
what it cost; the index ``by_day`` has these and nothing of what was said.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bots.answer.delay_sentences import Delay
from bots.conditional_write import conditional_write
from bots.errors import GivenUp, Superseded
from bots.platform import Accepted, Lease, Turn
from bots.trace import trace_id
from bots.turn.turn_metrics import Outcome
from identity.current_row import current_row
from identity.executor import Executor
from identity.people import ChatUser

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DAY = 24 * 60 * 60
KEPT = 30 * DAY
# Who hasn't signed in by then asks again.
WAITS = DAY
LISTED = 6 * DAY
"""For so long administrators see that a question waited in vain."""

OVER = ("answered", "failed")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that waits until its chat user is linked.

    :param since: names this wait; equal however often it is read.
    """

    accepted: Accepted
    since: str


class Entry:
    """One turn's row while it is being answered; it is the reply's receipt."""

    def __init__(self, ledger: "Ledger", turn: str, row: dict[str, Any], lease: Lease) -> None:
        self._ledger = ledger
        self._lease = lease
        self._turn = turn
        self._message: str | None = row.get("message", {}).get("S")
        self.attempt = int(row["attempts"]["N"])
        # Not when it was asked: it may have waited for a link since.
        self.asked_at = datetime.fromisoformat(row.get("began_at", row["asked_at"])["S"])
        self.subject: str | None = row.get("subject", {}).get("S")
        self.private_message: str | None = row.get("private_message", {}).get("S")
        self.result: bytes | None = row.get("result", {}).get("B")
        self.held_up_by: str | None = row.get("held_up_by", {}).get("S")

    @property
    def fresh(self) -> bool:
        """Whether nobody else has begun to answer the turn before."""
        return self.attempt == 1

    @property
    def message(self) -> str | None:
        """The platform's id of the visible message, once there is one."""
        return self._message

    async def hold(self) -> None:
        """Return when nobody else can be at work on the turn.

        :raises Superseded: when somebody can.
        """
        await self._lease.hold()

    async def keep(self, message: str) -> None:
        """Store the id of the visible message.

        :raises Superseded: when another attempt has taken the turn up.
        """
        await self._ledger.keep(self._turn, self.attempt, message)
        self._message = message

    @property
    def private(self) -> "PrivatePart":
        """The receipt of what only the asker sees of an answer that others read along."""
        return PrivatePart(self)

    async def keep_private(self, message: str) -> None:
        """Store the id of the message that only the asker sees.

        :raises Superseded: when another attempt has taken the turn up.
        """
        await self._ledger.keep_private(self._turn, self.attempt, message)
        self.private_message = message

    @property
    def delay(self) -> Delay:
        """How far the answer has come in its time."""
        return Delay(self.asked_at, self.attempt, self.held_up_by)

    async def note_delay(self, code: str) -> None:
        """Store what this attempt fails by, for the sentence with a late answer.

        :raises Superseded: when another attempt has taken the turn up.
        """
        await self._ledger.note_delay(self._turn, self.attempt, code)
        self.held_up_by = code

    async def keep_result(self, result: bytes, subject: str) -> None:
        """Store what the run said, encrypted, and whose turn it is.

        :raises Superseded: when another attempt has taken the turn up.
        """
        await self._ledger.keep_result(self._turn, self.attempt, result, subject)
        self.result, self.subject = result, subject


class PrivatePart:
    """Implements :class:`bots.platform.Receipt` for the private part of a turn's answer."""

    def __init__(self, entry: Entry) -> None:
        self._entry = entry

    @property
    def message(self) -> str | None:
        """The platform's id of the message, once there is one."""
        return self._entry.private_message

    @property
    def fresh(self) -> bool:
        """Whether nobody else has begun to answer the turn before."""
        return self._entry.fresh

    async def hold(self) -> None:
        """Return when nobody else can be at work on the turn.

        :raises Superseded: when somebody can.
        """
        await self._entry.hold()

    async def keep(self, message: str) -> None:
        """Store the id of the message.

        :raises Superseded: when another attempt has taken the turn up.
        """
        await self._entry.keep_private(message)


class Ledger:
    """The table of turns."""

    def __init__(self, dynamodb: "DynamoDBClient", call: Executor, table: str) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table

    async def begin(self, turn: Turn, lease: Lease, *, given_up: bool = False) -> Entry | None:
        """Take the turn up, for the first time or again; None when it is over.

        :param lease: of the delivery; one that is over would take a turn up for nobody.
        :param given_up: to apologise; to answer, one that was given up is over.
        :raises Superseded: when the delivery may be somebody else's by now.
        :raises GivenUp: when it was given up, and is not yet apologised for.
        """
        await lease.hold()
        now = datetime.now(UTC)
        open_ = "" if given_up else " AND attribute_not_exists(given_up)"
        row = await self._move(
            turn.id,
            "SET #state = :answering, expires_at = :expires, platform = :platform, "
            "chat_user = :user, conversation = :conversation, trace = :trace, "
            "asked_on = if_not_exists(asked_on, :day), asked_at = if_not_exists(asked_at, :now), "
            "began_at = if_not_exists(began_at, :now), waiting_for = :under_way, sent_at = :sent "
            "REMOVE accepted ADD attempts :one",
            "(attribute_not_exists(#state) OR NOT #state IN (:answered, :failed)) "
            f"AND attribute_not_exists(decision){open_}",
            {
                ":answering": {"S": "answering"},
                ":answered": {"S": OVER[0]},
                ":failed": {"S": OVER[1]},
                ":expires": _in(KEPT),
                ":platform": {"S": turn.chat_user.platform},
                ":user": {"S": turn.chat_user.key},
                ":conversation": {"S": turn.conversation},
                ":trace": {"S": trace_id()},
                ":day": {"S": now.date().isoformat()},
                ":now": {"S": now.isoformat(timespec="milliseconds")},
                ":one": {"N": "1"},
                ":under_way": {"S": under_way(turn.chat_user)},
                ":sent": {"N": str(turn.accepted.sent_at)},
            },
        )
        if row is None:
            await self._raise_if_given_up(turn.id)
            return None
        return Entry(self, turn.id, row, lease)

    async def _raise_if_given_up(self, turn: str) -> None:
        row = await self._row(turn)
        if "given_up" in row and row.get("state", {}).get("S") not in OVER:
            raise GivenUp(turn)

    async def _row(self, turn: str) -> dict[str, Any]:
        return await current_row(self._call, self._dynamodb, self._table, {"turn": {"S": turn}})

    async def is_answered(self, turn: str) -> bool:
        """Whether the turn has an answer, and not only a sentence that says why it has none."""
        row = await self._row(turn)
        return row.get("state", {}).get("S") == OVER[0] and "problem" not in row

    async def is_over(self, turn: str) -> bool:
        """Whether the turn has ended, in whichever way."""
        return (await self._row(turn)).get("state", {}).get("S") in OVER

    async def give_up(self, turn: str) -> None:
        """Let the turn be answered no more, however often its event still comes."""
        await self._move(
            turn,
            "SET given_up = :now, expires_at = if_not_exists(expires_at, :expires)",
            "attribute_not_exists(#state) OR NOT #state IN (:answered, :failed)",
            {
                ":now": {"N": str(int(time.time()))},
                ":expires": _in(KEPT),
                ":answered": {"S": OVER[0]},
                ":failed": {"S": OVER[1]},
            },
        )

    async def keep(self, turn: str, attempt: int, message: str) -> None:
        """Store the id of the turn's visible message.

        :raises Superseded: when another attempt has taken the turn up.
        """
        await self._write(turn, attempt, "SET message = :message", {":message": {"S": message}})

    async def keep_private(self, turn: str, attempt: int, message: str) -> None:
        """Store the id of the message that only the turn's asker sees.

        :raises Superseded: when another attempt has taken the turn up.
        """
        values = {":message": {"S": message}}
        await self._write(turn, attempt, "SET private_message = :message", values)

    async def note_delay(self, turn: str, attempt: int, code: str) -> None:
        """Store what an attempt fails by.

        :raises Superseded: when another attempt has taken the turn up.
        """
        await self._write(turn, attempt, "SET held_up_by = :code", {":code": {"S": code}})

    async def keep_result(self, turn: str, attempt: int, result: bytes, subject: str) -> None:
        """Store what the turn's run said.

        :raises Superseded: when another attempt has taken the turn up.
        """
        values = {":result": {"B": result}, ":subject": {"S": subject}}
        await self._write(turn, attempt, "SET #result = :result, subject = :subject", values)

    async def wait(self, turn: Turn, entry: Entry) -> None:
        """Let the turn wait until its chat user is linked.

        :raises Superseded: when another attempt has taken the turn up.
        """
        await self._write(
            turn.id,
            entry.attempt,
            "SET #state = :waiting, waiting_for = :user, waiting_since = :now, "
            "accepted = :accepted, expires_at = :expires REMOVE began_at",
            {
                ":waiting": {"S": "waiting"},
                ":user": {"S": turn.chat_user.key},
                ":now": {"N": str(time.time_ns())},
                ":accepted": {"S": turn.accepted.as_json()},
                ":expires": _in(WAITS + LISTED),
            },
        )

    async def waiting(self, chat_user: ChatUser) -> list[Waiting]:
        """What this chat user asked in the day before being linked, oldest first."""
        since = time.time_ns() - WAITS * 1_000_000_000
        items = await rows_waiting_for(self._dynamodb, self._call, self._table, chat_user.key)
        rows = sorted(items, key=lambda row: int(row["waiting_since"]["N"]))
        return [
            Waiting(Accepted.from_json(row["accepted"]["S"]), row["waiting_since"]["N"])
            for row in rows
            if int(row["waiting_since"]["N"]) >= since
        ]

    async def finish(self, turn: Turn, entry: Entry, outcome: Outcome) -> None:
        """The turn is answered; the row says what it took, and what was said no longer.

        :raises Superseded: when another attempt has taken the turn up.
        """
        seconds = (datetime.now(UTC) - entry.asked_at).total_seconds()
        took = {
            "subject": outcome.subject and {"S": outcome.subject},
            "problem": outcome.problem and {"S": outcome.problem},
            "model": outcome.model and {"S": outcome.model},
            "tools": outcome.tools and {"L": [{"S": name} for name in outcome.tools]},
            "input_tokens": {"N": str(outcome.input_tokens)},
            "output_tokens": {"N": str(outcome.output_tokens)},
            "milliseconds": {"N": str(round(seconds * 1000))},
        }
        took = {name: value for name, value in took.items() if value}
        await self._end(turn.id, entry.attempt, OVER[0], took)

    async def fail(self, turn: Turn, entry: Entry) -> None:
        """The turn could not be answered.

        :raises Superseded: when another attempt has taken the turn up.
        """
        await self._end(turn.id, entry.attempt, OVER[1], {})

    async def judge(self, turn: str, chat_user: ChatUser, feedback: str, comment: str = "") -> bool:
        """Keep what the asker thinks of the answer, ``up`` or ``down``; False for anybody else.

        :param comment: their words about it, where no transcript keeps them.
        """
        said = {":comment": {"S": comment}} if comment else {}
        row = await self._move(
            turn,
            "SET feedback = :feedback" + (", feedback_comment = :comment" if said else ""),
            "#state = :answered AND chat_user = :user",
            {
                **said,
                ":feedback": {"S": feedback},
                ":answered": {"S": OVER[0]},
                ":user": {"S": chat_user.key},
            },
        )
        return row is not None

    async def _end(self, turn: str, attempt: int, state: str, took: dict[str, Any]) -> None:
        more = "".join(f", {name} = :{name}" for name in took)
        await self._write(
            turn,
            attempt,
            f"SET #state = :over{more} REMOVE waiting_for, accepted, #result",
            {":over": {"S": state}, **{f":{name}": value for name, value in took.items()}},
        )

    async def _write(self, turn: str, attempt: int, update: str, values: dict[str, Any]) -> None:
        """A write of the attempt that has the turn."""
        values = {**values, ":answering": {"S": "answering"}, ":attempt": {"N": str(attempt)}}
        held = "#state = :answering AND attempts = :attempt"
        if await self._move(turn, update, held, values) is None:
            raise Superseded(f"{turn}: attempt {attempt} isn't the newest any more")

    async def _move(
        self, turn: str, update: str, condition: str, values: dict[str, Any]
    ) -> dict[str, Any] | None:
        """One arrow of the diagram; None when the turn is not where the arrow begins."""
        return await conditional_write(
            self._dynamodb,
            self._call,
            self._table,
            {"turn": {"S": turn}},
            update=update,
            condition=condition,
            values=values,
        )


def _in(seconds: int) -> dict[str, str]:
    return {"N": str(int(time.time()) + seconds)}


def under_way(chat_user: ChatUser) -> str:
    """What the index ``by_waiting`` has for the turns that are being answered to somebody."""
    return f"answering#{chat_user.key}"


async def rows_waiting_for(
    dynamodb: "DynamoDBClient", call: Executor, table: str, waited_for: str
) -> list[dict[str, Any]]:
    """All rows that wait for somebody or something, in no order (Query of ``by_waiting``)."""
    rows: list[dict[str, Any]] = []
    start: dict[str, Any] = {}
    while True:
        page = await call(
            dynamodb.query,
            TableName=table,
            IndexName="by_waiting",
            KeyConditionExpression="waiting_for = :it",
            ExpressionAttributeValues={":it": {"S": waited_for}},
            **start,
        )
        rows += page["Items"]
        if "LastEvaluatedKey" not in page:
            return rows
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
