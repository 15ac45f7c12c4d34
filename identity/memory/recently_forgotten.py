"""Records that a person has forgotten a moment ago: listings may go on showing them for minutes.

They lie in the table of those who are being forgotten, in a row of their own for each person.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from identity.current_row import current_row
from identity.executor import Executor
from identity.memory.forgetting import LAG

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST = 200
"""Records of one row; who forgets more of them one by one in five minutes sees some again."""


class RecentlyForgotten:
    """The ids of those records, by subject."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, execute: Executor) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._execute = execute

    async def of(self, subject: str) -> Collection[str]:
        """The records that are gone although they may be listed."""
        row = await current_row(self._execute, self._dynamodb, self._table, _key(subject))
        # DynamoDB deletes what has expired within days, not at once.
        if not row or int(row["expires_at"]["N"]) < datetime.now(UTC).timestamp():
            return ()
        return [one["S"] for one in row["records"]["L"]]

    async def add(self, subject: str, record: str) -> None:
        """Note that a record is gone."""
        known = [one for one in await self.of(subject) if one != record]
        until = int((datetime.now(UTC) + LAG).timestamp())
        await self._execute(
            self._dynamodb.put_item,
            TableName=self._table,
            Item={
                **_key(subject),
                "records": {"L": [{"S": one} for one in [*known, record][-MOST:]]},
                "expires_at": {"N": str(until)},
            },
        )


def _key(subject: str) -> dict[str, dict[str, str]]:
    return {"subject": {"S": f"{subject}/records"}}
