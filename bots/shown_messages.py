"""What is noted of single messages: which answer one shows, and how a question was edited.

One row each in the ledger's table, below ``message#{place}`` and ``edit#{turn}``.
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from identity.executor import Executor
from identity.people import ChatUser

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = 30 * 24 * 60 * 60
"""As long as the turns of the ledger."""
EDIT_KEPT = 24 * 60 * 60
"""As long as a question waits for its asker to be linked."""


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """The answer of one message.

    :param asker: the key of the chat user who asked.
    """

    turn: str
    asker: str


class ShownMessages:
    """The rows in the ledger's table.

    :param table: the ledger's.
    """

    def __init__(self, dynamodb: "DynamoDBClient", call: Executor, table: str) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table

    async def note(self, place: str, turn: str, asker: ChatUser) -> None:
        """Note that the message at a place shows a turn's answer."""
        await self._write(
            f"message#{place}",
            KEPT,
            "SET answer_of = :turn, chat_user = :user",
            {":turn": {"S": turn}, ":user": {"S": asker.key}},
        )

    async def answer(self, place: str) -> ShownAnswer | None:
        """What the message at a place shows; None when it is no answer, or too old a one."""
        row = await self._read(f"message#{place}")
        return ShownAnswer(row["answer_of"]["S"], row["chat_user"]["S"]) if row else None

    async def note_edit(self, turn: str, text: str) -> None:
        """Note what a question says now; who has answered it already reads nothing of it."""
        await self._write(f"edit#{turn}", EDIT_KEPT, "SET edited = :text", {":text": {"S": text}})

    async def edited_text(self, turn: str) -> str | None:
        """What a question says since it was edited; None when it wasn't."""
        row = await self._read(f"edit#{turn}")
        return str(row["edited"]["S"]) if row else None

    async def _read(self, key: str) -> dict[str, Any]:
        found = await self._call(
            self._dynamodb.get_item,
            TableName=self._table,
            Key={"turn": {"S": key}},
            ConsistentRead=True,
        )
        return dict(found.get("Item", {}))

    async def _write(self, key: str, kept: int, update: str, values: dict[str, Any]) -> None:
        await self._call(
            self._dynamodb.update_item,
            TableName=self._table,
            Key={"turn": {"S": key}},
            UpdateExpression=f"{update}, expires_at = :expires",
            ExpressionAttributeValues={
                **values,
                ":expires": {"N": str(int(time.time()) + kept)},
            },
        )
