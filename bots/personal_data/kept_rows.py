"""The rows of one owner in every table: found by reading the tables whole, listed and deleted.

No index knows all rows of a person, and none shall: it would cost a write for each question, for
something that is done once in years. So whole tables are read (Scan); what isn't read can't be
missed.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bots.personal_data.owner import Owner, Row
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEYS: Mapping[str, tuple[str, ...]] = {
    "links_table": ("chat_user",),
    "link_requests_table": ("id",),
    "sessions_table": ("id",),
    "transcripts_table": ("conversation", "position"),
    "forgetting_table": ("subject",),
    "workspaces_table": ("workspace",),
    "ledger_table": ("turn",),
}
"""The tables that have anything of anybody, by the names of their parameters, and their keys."""


@dataclass(frozen=True, slots=True)
class KeptRows:
    """The tables.

    :param tables: the name of each, by the name of its parameter.
    """

    dynamodb: "DynamoDBClient"
    call: Executor
    tables: Mapping[str, str]

    async def of(self, owner: Owner) -> AsyncIterator[tuple[str, Row]]:
        """Each row of ``owner`` with the table that it is in.

        :raises botocore.exceptions.ClientError: when a table can't be read.
        """
        turns: set[str] = set()
        for table in KEYS:
            async for row in self._scanned(table):
                if owner.owns(table, row):
                    turns |= {row["turn"]["S"]} if table == "ledger_table" else set()
                    yield table, row
        async for found in self._of_turns(turns):
            yield found

    async def delete(self, table: str, row: Row) -> None:
        """Delete a row; a link that is another person's by now stays.

        :raises botocore.exceptions.ClientError: when it can't be deleted.
        """
        key: Any = {name: row[name] for name in KEYS[table]}
        still: Any = {}
        if table == "links_table":
            still = {
                "ConditionExpression": "subject = :subject",
                "ExpressionAttributeValues": {":subject": row["subject"]},
            }
        with suppress(self.dynamodb.exceptions.ConditionalCheckFailedException):
            await self.call(
                self.dynamodb.delete_item, TableName=self.tables[table], Key=key, **still
            )

    async def _of_turns(self, turns: set[str]) -> AsyncIterator[tuple[str, Row]]:
        """What names only a turn: what is being written of its answer, and how it was edited."""
        if not turns:
            return
        live = {f"live#{turn.partition(':')[2]}" for turn in turns}
        async for row in self._scanned("transcripts_table"):
            if row["conversation"]["S"] in live:
                yield "transcripts_table", row
        edited = {f"edit#{turn}" for turn in turns}
        async for row in self._scanned("ledger_table"):
            if row["turn"]["S"] in edited:
                yield "ledger_table", row

    async def _scanned(self, table: str) -> AsyncIterator[Row]:
        start: dict[str, Any] = {}
        while True:
            page = await self.call(
                self.dynamodb.scan, TableName=self.tables[table], ConsistentRead=True, **start
            )
            for row in page["Items"]:
                yield row
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
