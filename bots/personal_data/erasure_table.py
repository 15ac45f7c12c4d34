"""Who is being erased, until it is done, and who has had their data exported a moment ago.

Rows of a person's own in the table of those who are being forgotten.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from bots.personal_data.owner import PersonOwner
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LEFT = "they have left"
"""Who asks for the erasure of somebody whom the user pool has disabled or deleted."""
LEASE = timedelta(minutes=2)
RETENTION = timedelta(days=30)
"""As long as transcripts and files: who has left the user pool is erased then."""
EXPORTS, EXPORTS_IN = 5, timedelta(hours=1)
"""Whole tables are read for one, so nobody has as many as they like."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """One person who is being erased.

    :param by: who asked: the person's account, or an operator.
    :param stores_done: the stores were emptied once; memory may still be at it.
    :param due: when to begin; None where somebody has asked for it.
    """

    owner: PersonOwner
    by: str
    asked_at: datetime
    stores_done: bool = False
    due: datetime | None = None

    @property
    def key(self) -> str:
        """The row's key."""
        return _key(self.owner.subject)


class ErasureTable:
    """The rows."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, call: Executor) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._call = call

    async def put(self, erasure: Erasure) -> None:
        """Begin; who asks twice begins anew, which does no harm."""
        chat_users = sorted(erasure.owner.chat_users)
        item: dict[str, Any] = {
            "subject": {"S": erasure.key},
            "erasing": {"S": erasure.owner.subject},
            "account": {"S": erasure.owner.account},
            "asked_by": {"S": erasure.by},
            "asked": {"S": erasure.asked_at.isoformat()},
            "lease_until": {"N": "0"},
            "stores_done": {"BOOL": erasure.stores_done},
        }
        if chat_users:
            item["chat_users"] = {"SS": chat_users}
        await self._call(self._dynamodb.put_item, TableName=self._table, Item=item)

    async def schedule(self, subject: str) -> None:
        """Erase somebody who has left after :data:`RETENTION`, unless they are back by then.

        Who is found to have left again and again is erased once, counted from the first time.
        """
        now = datetime.now(UTC)
        await self._update(
            _key(subject),
            "SET erasing = :subject, account = :subject, asked_by = :left, asked = :asked, "
            "lease_until = :none, stores_done = :no, due = :due REMOVE expires_at",
            "attribute_not_exists(erasing) AND attribute_not_exists(erased)",
            {
                ":subject": {"S": subject},
                ":left": {"S": LEFT},
                ":asked": {"S": now.isoformat()},
                ":none": {"N": "0"},
                ":no": {"BOOL": False},
                ":due": _seconds(now + RETENTION),
            },
        )

    async def cancel(self, subject: str) -> None:
        """Let somebody be who is back: the row means nothing from now on, and expires.

        What somebody has asked for goes on.
        """
        await self._update(
            _key(subject),
            "SET expires_at = :now REMOVE erasing, due, erased",
            "attribute_exists(due) OR attribute_exists(erased)",
            {":now": _seconds(datetime.now(UTC))},
        )

    async def note_erased(self, erasure: Erasure) -> None:
        """Leave of a leaver's row that they are erased, or they would be once more each month."""
        await self._update(
            erasure.key,
            "SET erased = :yes REMOVE erasing, account, chat_users, asked_by, asked, lease_until, "
            "stores_done",
            "attribute_exists(erasing)",
            {":yes": {"BOOL": True}},
        )

    async def everybody(self) -> list[Erasure]:
        """All that are being erased (Scan)."""
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table, ConsistentRead=True
        )
        found = await self._call(lambda: [row for page in pages for row in page["Items"]])
        return [_erasure(row) for row in found if "erasing" in row]

    async def claim(self, erasure: Erasure, now: datetime) -> bool:
        """Be the one process that works on it for :data:`LEASE`; False when another is."""
        return await self._update(
            erasure.key,
            "SET lease_until = :until",
            "attribute_exists(erasing) AND lease_until < :now",
            {":until": _seconds(now + LEASE), ":now": _seconds(now)},
        )

    async def release(self, erasure: Erasure, *, stores_done: bool) -> None:
        """Let others go on with it, who know how far it is."""
        await self._update(
            erasure.key,
            "SET lease_until = :none, stores_done = :done",
            "attribute_exists(erasing)",
            {":none": {"N": "0"}, ":done": {"BOOL": stores_done}},
        )

    async def may_export(self, subject: str) -> bool:
        """Count that somebody asks for their data; False when they have had it too often."""
        for _ in range(2):  # of two at once, one begins the hour and the other is counted in it
            if await self._export_counted(subject) or await self._exports_begun(subject):
                return True
        return False

    async def _export_counted(self, subject: str) -> bool:
        return await self._update(
            f"{subject}/export",
            "ADD exports :one",
            "expires_at > :now AND exports < :most",
            {
                ":one": {"N": "1"},
                ":most": {"N": str(EXPORTS)},
                ":now": _seconds(datetime.now(UTC)),
            },
        )

    async def _exports_begun(self, subject: str) -> bool:
        now = datetime.now(UTC)
        return await self._update(
            f"{subject}/export",
            "SET exports = :one, expires_at = :until",
            "attribute_not_exists(expires_at) OR expires_at <= :now",
            {":one": {"N": "1"}, ":until": _seconds(now + EXPORTS_IN), ":now": _seconds(now)},
        )

    async def _update(self, key: str, change: str, condition: str, values: dict[str, Any]) -> bool:
        try:
            await self._call(
                self._dynamodb.update_item,
                TableName=self._table,
                Key={"subject": {"S": key}},
                UpdateExpression=change,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True


def _erasure(row: Any) -> Erasure:
    owner = PersonOwner(
        row["erasing"]["S"],
        row["account"]["S"],
        frozenset(row.get("chat_users", {}).get("SS", ())),
    )
    asked = datetime.fromisoformat(row["asked"]["S"]).astimezone(UTC)
    due = datetime.fromtimestamp(int(row["due"]["N"]), UTC) if "due" in row else None
    return Erasure(owner, row["asked_by"]["S"], asked, row["stores_done"]["BOOL"], due)


def _key(subject: str) -> str:
    return f"{subject}/erasure"


def _seconds(moment: datetime) -> dict[str, str]:
    return {"N": str(int(moment.timestamp()))}
