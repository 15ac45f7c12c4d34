"""Private answers that their asker may still share: kept encrypted for an hour, shared once."""

import json
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Self

from bots.conditional_write import conditional_write
from bots.turn.result_encryption import ResultEncryption
from bots.turn.service import TurnService
from identity.current_row import current_row
from identity.executor import Executor
from identity.people import ChatUser

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = 60 * 60
"""Seconds: Slack takes what belongs to a command for half of it."""


@dataclass(frozen=True, slots=True)
class ShareableAnswer:
    """What would be seen where.

    :param channel: the platform's id of where it was asked.
    """

    channel: str
    question: str
    markdown: str


class ShareableAnswers:
    """One row each in the ledger's table, below ``share#{turn}``.

    :param table: the ledger's.
    """

    def __init__(
        self, dynamodb: "DynamoDBClient", call: Executor, table: str, encryption: ResultEncryption
    ) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table
        self._encryption = encryption

    @classmethod
    def of(cls, turns: TurnService) -> Self:
        """Those in the table of the turns, encrypted as their results are."""
        return cls(
            turns.clients.dynamodb,
            turns.execute,
            turns.settings.ledger_table,
            turns.handler.results,
        )

    async def keep(self, turn: str, asker: ChatUser, answer: ShareableAnswer) -> None:
        """Keep an answer for its asker alone; kept again, it is as it was."""
        packed = json.dumps(asdict(answer)).encode()
        await conditional_write(
            self._dynamodb,
            self._call,
            self._table,
            _key(turn),
            update="SET shareable = :answer, asker = :asker, expires_at = :expires",
            condition="attribute_not_exists(shared)",
            values={
                ":answer": {"B": await self._encryption.encrypt(packed, turn)},
                ":asker": {"S": asker.key},
                ":expires": {"N": str(int(time.time()) + KEPT)},
            },
        )

    async def read(self, turn: str, asker: ChatUser) -> ShareableAnswer | None:
        """The answer; None for anybody else, for one that is shared, and when its time is over."""
        item = await current_row(self._call, self._dynamodb, self._table, _key(turn))
        over = "shareable" not in item or "shared" in item
        if over or item["asker"]["S"] != asker.key or int(item["expires_at"]["N"]) < time.time():
            return None
        packed = await self._encryption.decrypt(item["shareable"]["B"], turn)
        return ShareableAnswer(**json.loads(packed))

    async def note_shared(self, turn: str, asker: ChatUser) -> None:
        """Nobody gets it again: it is shared, or can't be."""
        await conditional_write(
            self._dynamodb,
            self._call,
            self._table,
            _key(turn),
            update="SET shared = :now",
            condition="asker = :asker AND attribute_not_exists(shared)",
            values={":now": {"N": str(int(time.time()))}, ":asker": {"S": asker.key}},
        )


def _key(turn: str) -> dict[str, dict[str, str]]:
    return {"turn": {"S": f"share#{turn}"}}
