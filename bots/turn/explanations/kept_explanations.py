"""Why answers are as they are, kept with their turns: encrypted, for the asker alone."""

import logging
import zlib
from dataclasses import replace
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

_log = logging.getLogger(__name__)


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
        """Keep it for its asker, where the turn's row still stands: it may have been erased.

        Where it is too much, what tools were given is left out, then what sources say, then what
        was remembered; what is too much even so is not kept.

        :raises botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: when AWS
            doesn't take it.
        """
        packed = _fitting(explanation)
        if packed is None:
            _log.warning("why %s is as it is has too much to it to be kept", turn)
            return
        await conditional_write(
            self._dynamodb,
            self._call,
            self._table,
            _key(turn),
            update="SET explanation = :why, chat_user = :asker",
            condition="chat_user = :asker",
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


def _fitting(explanation: Explanation) -> bytes | None:
    """As much of it as is kept; None where even the least is too much."""
    bare = _without_arguments(explanation)
    unquoted = bare.model_copy(update={"sources": [replace(s, passage="") for s in bare.sources]})
    least = unquoted.model_copy(update={"memories": []})
    attempts = (_packed(attempt) for attempt in (explanation, bare, unquoted, least))
    return next((packed for packed in attempts if len(packed) <= MOST_BYTES), None)


def _packed(explanation: Explanation) -> bytes:
    return zlib.compress(explanation.model_dump_json().encode())


def _without_arguments(explanation: Explanation) -> Explanation:
    tools = [tool.model_copy(update={"arguments": ""}) for tool in explanation.tools]
    return explanation.model_copy(update={"tools": tools})


def _key(turn: str) -> dict[str, dict[str, str]]:
    return {"turn": {"S": turn}}
