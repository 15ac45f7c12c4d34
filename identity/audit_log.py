"""The audit log: who did what to whom, added to and never changed."""

import hashlib
import re
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Action = Literal[
    "signed in",
    "linked",
    "replaced",
    "undone",
    "revoked",
    "signed out",
    "refused",
    "exported",
    "inviting",
    "invited",
    "settled",
    "erasing",
    "erased",
    "installed",
]
PAGE = 50
SEARCHED = 5_000
"""Entries that are looked at for one page of a search."""
POSITION = re.compile(r"[0-9]{20}-[0-9a-f]{8}", re.ASCII)
DAYS = "days"
"""The partition whose rows are the days there are entries of."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened.

    :param position: where it stands: nanoseconds since 1970, and what tells two of them apart.
    :param by: who did it: a company account, or the key of a chat user.
    :param about: to whom or what.
    """

    position: str
    action: str
    by: str
    about: str
    detail: str

    @property
    def at(self) -> datetime:
        """When it happened, to the microsecond."""
        return datetime.fromtimestamp(int(self.position.partition("-")[0]) / 1e9, UTC)


class AuditLog:
    """The table of entries: one partition a day, positions that sort by time.

    There is no way here to change or remove an entry, and the service's role has none either.
    """

    def __init__(self, dynamodb: "DynamoDBClient", table: str, execute: Executor) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._execute = execute
        self._day = ""

    async def write(
        self,
        action: Action,
        *,
        by: str,
        about: str = "",
        detail: str = "",
        once: tuple[datetime, str] | None = None,
    ) -> None:
        """Add an entry; it stands once this returns.

        :param once: when it happened, and what tells it from all else of that moment: the second
            time, nothing is added.
        """
        nanoseconds, mark = time.time_ns(), secrets.token_hex(4)
        if once is not None:
            nanoseconds = round(once[0].timestamp() * 1_000) * 1_000_000
            mark = hashlib.sha256(once[1].encode()).hexdigest()[:8]
        day = _day(nanoseconds)
        if day != self._day:
            await self._put({"day": DAYS, "position": day}, again=True)
            self._day = day
        await self._put(
            {
                "day": day,
                "position": f"{nanoseconds:020d}-{mark}",
                "action": action,
                "by": by,
                "about": about,
                "detail": detail,
            },
            once=once is not None,
        )

    async def page(self, before: str = "", limit: int = PAGE) -> list[Entry]:
        """The latest entries, newest first; those before a position when one is given."""
        found: list[Entry] = []
        async for entry in self.entries(before, limit):
            found.append(entry)
            if len(found) == limit:
                break
        return found

    async def search(self, words: str, action: str = "", before: str = "") -> list[Entry]:
        """A page of the entries in which every word occurs, newest first.

        Of more than :data:`SEARCHED` entries the older ones are not looked at.

        :param action: only such entries; empty for all.
        """
        if not words and not action:
            return await self.page(before)
        wanted, found, looked_at = words.casefold().split(), list[Entry](), 0
        async for entry in self.entries(before):
            looked_at += 1
            text = f"{entry.by}\n{entry.about}\n{entry.detail}".casefold()
            if action in ("", entry.action) and all(word in text for word in wanted):
                found.append(entry)
            if len(found) == PAGE or looked_at == SEARCHED:
                break
        return found

    async def entries(self, before: str = "", together: int = 1_000) -> AsyncIterator[Entry]:
        """Every entry, newest first.

        :param together: how many are read at a time.
        """
        newest = _day(int(before.partition("-")[0])) if before else "~"
        async for day in self._rows(DAYS, f"{newest}~", together):
            async for row in self._rows(day["position"]["S"], before or "~", together):
                yield Entry(
                    row["position"]["S"],
                    row["action"]["S"],
                    row["by"]["S"],
                    row["about"]["S"],
                    row["detail"]["S"],
                )

    async def _put(self, row: dict[str, str], *, again: bool = False, once: bool = False) -> None:
        """Add a row that isn't there; the mark of a day may be put ``again``, unchanged.

        :param once: whether one that is there is this one.
        """
        item = {name: {"S": value} for name, value in row.items()}
        condition: dict[str, Any] = {
            "ConditionExpression": "attribute_not_exists(#position)",
            "ExpressionAttributeNames": {"#position": "position"},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            await self._execute(
                self._dynamodb.put_item,
                TableName=self._table,
                Item=item,
                **({} if again else condition),
            )
        except ClientError as error:
            # The client sends a write again whose answer was lost, and finds itself.
            found = error.response.get("Item")
            if found is None or (found != item and not once):
                raise

    async def _rows(self, day: str, before: str, together: int) -> AsyncIterator[Any]:
        start: dict[str, Any] = {}
        while True:
            page = await self._execute(
                self._dynamodb.query,
                TableName=self._table,
                KeyConditionExpression="#day = :day AND #position < :before",
                ExpressionAttributeNames={"#day": "day", "#position": "position"},
                ExpressionAttributeValues={":day": {"S": day}, ":before": {"S": before}},
                ScanIndexForward=False,
                ConsistentRead=True,
                Limit=together,
                **start,
            )
            for row in page["Items"]:
                yield row
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _day(nanoseconds: int) -> str:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC).date().isoformat()
