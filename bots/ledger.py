"""The ledger: how far each turn has come, so that it is answered exactly once.

::

    (new) ──begin──▶ answering ──finish──▶ answered
                     │      ▲ begin            (a redelivery begins again and finds the message)
                     │wait  │
                     ▼      │
                     waiting ┘                 (for its chat user to be linked)

    answering, waiting ──fail──▶ failed

    beside these (bots.acts):
    answering ──ask──▶ it asks its person to approve something ──decide──▶ decided, once
    any but answered and failed ──stop──▶ stopped: whoever answers it ends it with a word

Every arrow is one conditional write (DynamoDB UpdateItem): two processes can't both take it.
"""

import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from bots.platform import Accepted, Turn
from identity.executor import Executor
from identity.people import ChatUser

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DAY = 24 * 60 * 60
KEPT = 30 * DAY
# Who hasn't signed in by then asks again.
WAITS = DAY
OVER = ("answered", "failed")


class Entry:
    """One turn's row while it is being answered; it is the reply's receipt."""

    def __init__(self, ledger: "Ledger", turn: str, message: str | None, attempt: int) -> None:
        self._ledger = ledger
        self._turn = turn
        self._message = message
        self.attempt = attempt

    @property
    def message(self) -> str | None:
        """The platform's id of the visible message, once there is one."""
        return self._message

    async def keep(self, message: str) -> None:
        """Store the id of the visible message."""
        await self._ledger.keep(self._turn, message)
        self._message = message


class Ledger:
    """The table of turns."""

    def __init__(self, dynamodb: "DynamoDBClient", call: Executor, table: str) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table

    async def begin(self, turn: str) -> Entry | None:
        """Take the turn up, for the first time or again; None when it is over."""
        row = await self._move(
            turn,
            "SET #state = :answering, expires_at = :expires REMOVE waiting_for, accepted "
            "ADD attempts :one",
            "(attribute_not_exists(#state) OR NOT #state IN (:answered, :failed)) "
            "AND attribute_not_exists(decision)",
            {
                ":answering": {"S": "answering"},
                ":answered": {"S": OVER[0]},
                ":failed": {"S": OVER[1]},
                ":expires": _in(KEPT),
                ":one": {"N": "1"},
            },
        )
        if row is None:
            return None
        message = row.get("message", {}).get("S")
        return Entry(self, turn, message, int(row["attempts"]["N"]))

    async def keep(self, turn: str, message: str) -> None:
        """Store the id of the turn's visible message."""
        await self._move(
            turn,
            "SET message = :message",
            "#state = :answering",
            {":message": {"S": message}, ":answering": {"S": "answering"}},
        )

    async def wait(self, turn: Turn) -> None:
        """Let the turn wait until its chat user is linked."""
        await self._move(
            turn.id,
            "SET #state = :waiting, waiting_for = :user, waiting_since = :now, "
            "accepted = :accepted, expires_at = :expires",
            "#state = :answering",
            {
                ":waiting": {"S": "waiting"},
                ":answering": {"S": "answering"},
                ":user": {"S": turn.chat_user.key},
                ":now": {"N": str(time.time_ns())},
                ":accepted": {"S": json.dumps(asdict(turn.accepted))},
                ":expires": _in(WAITS),
            },
        )

    async def waiting(self, chat_user: ChatUser) -> list[Accepted]:
        """What this chat user asked before being linked, oldest first."""
        answer = await self._call(
            self._dynamodb.query,
            TableName=self._table,
            IndexName="by_waiting",
            KeyConditionExpression="waiting_for = :user",
            ExpressionAttributeValues={":user": {"S": chat_user.key}},
        )
        rows = sorted(answer["Items"], key=lambda row: int(row["waiting_since"]["N"]))
        return [Accepted(**json.loads(row["accepted"]["S"])) for row in rows]

    async def finish(self, turn: str) -> None:
        """The turn is answered."""
        await self._end(turn, OVER[0])

    async def fail(self, turn: str) -> None:
        """The turn could not be answered and its asker has been told."""
        await self._end(turn, OVER[1])

    async def _end(self, turn: str, state: str) -> None:
        await self._move(
            turn,
            "SET #state = :over REMOVE waiting_for, accepted",
            "NOT #state IN (:answered, :failed)",
            {":over": {"S": state}, ":answered": {"S": OVER[0]}, ":failed": {"S": OVER[1]}},
        )

    async def _move(
        self, turn: str, update: str, condition: str, values: dict[str, Any]
    ) -> dict[str, Any] | None:
        """One arrow of the diagram; None when the turn is not where the arrow begins."""
        try:
            answer = await self._call(
                self._dynamodb.update_item,
                TableName=self._table,
                Key={"turn": {"S": turn}},
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeNames={"#state": "state"},
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return None
            raise
        return cast("dict[str, Any]", answer["Attributes"])


def _in(seconds: int) -> dict[str, str]:
    return {"N": str(int(time.time()) + seconds)}
