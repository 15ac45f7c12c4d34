"""How many questions a person may ask in a day, counted in rows of the ledger's table."""

import hashlib
import time
from typing import TYPE_CHECKING

from bots.conditional_write import conditional_write
from bots.platform import Turn
from bots.workspace_rules.daily_token_usage import TWO_DAYS, today
from identity.executor import Executor
from identity.workspaces.settings import Workspace

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

QUOTA_USED_UP = (
    "You have used up today's questions: your administrator allows {quota:,} a day. "
    "Please ask again tomorrow (days begin at 00:00 UTC)."
)


class Quotas:
    """Counts each person's questions of a day.

    A row holds the turns themselves, so that a turn which is delivered twice counts once.
    """

    def __init__(self, dynamodb: "DynamoDBClient", call: Executor, table: str) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table

    async def count(self, turn: Turn, subject: str, quota: int) -> bool:
        """Count the turn; whether it is among the first ``quota`` of today (UTC)."""
        workspace = Workspace.of(turn.chat_user).key
        counted = hashlib.sha256(turn.id.encode()).hexdigest()[:16]
        row = await conditional_write(
            self._dynamodb,
            self._call,
            self._table,
            {"turn": {"S": f"quota#{today()}#{workspace}#{subject}"}},
            update="ADD turns :turn SET expires_at = :expires",
            condition=(
                "attribute_not_exists(turns) OR contains(turns, :one) OR size(turns) < :quota"
            ),
            values={
                ":turn": {"SS": [counted]},
                ":one": {"S": counted},
                ":quota": {"N": str(quota)},
                ":expires": {"N": str(int(time.time()) + TWO_DAYS)},
            },
        )
        return row is not None
