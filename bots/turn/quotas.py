"""How many questions a person may ask in a day, counted in rows of the ledger's table."""

import hashlib
import time
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from bots.platform import Turn
from bots.usage.daily_usage import TWO_DAYS, today
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
        try:
            await self._call(
                self._dynamodb.update_item,
                TableName=self._table,
                Key={"turn": {"S": f"quota#{today()}#{workspace}#{subject}"}},
                UpdateExpression="ADD turns :turn SET expires_at = :expires",
                ConditionExpression=(
                    "attribute_not_exists(turns) OR contains(turns, :one) OR size(turns) < :quota"
                ),
                ExpressionAttributeValues={
                    ":turn": {"SS": [counted]},
                    ":one": {"S": counted},
                    ":quota": {"N": str(quota)},
                    ":expires": {"N": str(int(time.time()) + TWO_DAYS)},
                },
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True
