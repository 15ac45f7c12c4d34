"""Why answers are as they are, kept with their turns: encrypted, for the asker alone."""

import zlib
from typing import TYPE_CHECKING, Self

from bots.answer.explanation.run_explanation import Explanation
from bots.conditional_write import conditional_write
from bots.turn.result_encryption import ResultEncryption
from bots.turn.service import TurnService
from identity.current_row import current_row
from identity.executor import Executor
from identity.people import ChatUser

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_BYTES = 64 * 1024
"""Of a packed explanation: its row may hold a result of 300 KB beside it, and 400 KB at most."""


class KeptExplanations:
    """An attribute of the turn's row in the ledger's table; it goes when that goes.

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

    async def keep(self, turn: str, asker: ChatUser, explanation: Explanation) -> None:
        """Keep it for its asker; without what tools were given where that is too much.

        :raises botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: when AWS
            doesn't take it.
        """
        packed = _packed(explanation)
        if len(packed) > MOST_BYTES:
            packed = _packed(_without_arguments(explanation))
        await conditional_write(
            self._dynamodb,
            self._call,
            self._table,
            _key(turn),
            update="SET explanation = :why, chat_user = :asker",
            condition="attribute_not_exists(chat_user) OR chat_user = :asker",
            values={
                ":why": {"B": await self._encryption.encrypt(packed, turn)},
                ":asker": {"S": asker.key},
            },
        )

    async def read(self, turn: str, asker: ChatUser) -> Explanation | None:
        """The explanation; None where none is kept.

        :raises PermissionError: for anybody but the asker.
        """
        row = await current_row(self._call, self._dynamodb, self._table, _key(turn))
        if "explanation" not in row:
            return None
        if row["chat_user"]["S"] != asker.key:
            raise PermissionError(turn)
        packed = await self._encryption.decrypt(row["explanation"]["B"], turn)
        return Explanation.read(zlib.decompress(packed).decode())


def _packed(explanation: Explanation) -> bytes:
    return zlib.compress(explanation.model_dump_json().encode())


def _without_arguments(explanation: Explanation) -> Explanation:
    tools = [tool.model_copy(update={"arguments": ""}) for tool in explanation.tools]
    return explanation.model_copy(update={"tools": tools})


def _key(turn: str) -> dict[str, dict[str, str]]:
    return {"turn": {"S": turn}}
