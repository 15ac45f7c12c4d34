"""How many browser sessions one person may have at a time, also when several begin at once."""

import asyncio
import json
from time import time
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from identity.current_row import current_row
from identity.errors import SignInUnavailable
from identity.executor import Executor
from identity.sessions.session_list import SessionList

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_SESSIONS = 20
"""Sessions of one person at a time, which is more browsers than anybody has."""

KEPT = 12 * 60 * 60
"""Seconds that the count outlives the last sign-in: no session lives longer."""

ATTEMPTS = 10
"""Sign-ins of one person at the same moment that are put in order."""


class SessionLimit:
    """Counts each person's sessions in a row of the table of sessions.

    The table's index lags behind, so of two sign-ins at once neither may see the other there. The
    row is read consistently and replaced only as it was read.
    """

    def __init__(
        self, dynamodb: "DynamoDBClient", table: str, execute: Executor, sessions: SessionList
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._execute = execute
        self._sessions = sessions

    async def admit(self, subject: str, session: str) -> None:
        """Count a session that is in the table; those seen longest ago make room for it.

        :raises SignInUnavailable: when too many sign-ins of one person get in each other's way.
        """
        for _ in range(ATTEMPTS):
            row = await self._get(_row_key(subject))
            counted = set(json.loads(row["content"]["S"])) if row else await self._listed(subject)
            alive = await self._alive(subject, counted - {session})
            kept, dropped = alive[: MAX_SESSIONS - 1], alive[MAX_SESSIONS - 1 :]
            if await self._replace(subject, row, [session, *kept]):
                for one in dropped:
                    await self._sessions.end(subject, one)
                return
        raise SignInUnavailable("too many sign-ins of one person at once")

    async def _listed(self, subject: str) -> set[str]:
        return {one.id for one in await self._sessions.of(subject)}

    async def _alive(self, subject: str, counted: set[str]) -> list[str]:
        """Those that have not ended, the one seen last first."""
        rows = await asyncio.gather(*(self._get(one) for one in counted))
        alive = [
            (int(row["last_seen"]["N"]), row["id"]["S"])
            for row in rows
            if row
            and "subject" in row
            and row["subject"]["S"] == subject
            and int(row["expires_at"]["N"]) > time()
        ]
        return [one for _, one in sorted(alive, reverse=True)]

    async def _get(self, key: str) -> dict[str, Any]:
        return await current_row(self._execute, self._dynamodb, self._table, {"id": {"S": key}})

    async def _replace(self, subject: str, row: Any, sessions: list[str]) -> bool:
        """Write the count, if it still is as it was read."""
        condition: dict[str, Any] = (
            {
                "ConditionExpression": "content = :read",
                "ExpressionAttributeValues": {":read": row["content"]},
            }
            if row
            else {"ConditionExpression": "attribute_not_exists(id)"}
        )
        try:
            await self._execute(
                self._dynamodb.put_item,
                TableName=self._table,
                Item={
                    "id": {"S": _row_key(subject)},
                    "content": {"S": json.dumps(sessions)},
                    "expires_at": {"N": str(int(time()) + KEPT)},
                },
                **condition,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True


def _row_key(subject: str) -> str:
    """No session's: those are hashes."""
    return f"count#{subject}"
