"""What is kept of a workspace that has removed the app goes after the retention time."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import ClientError

from bots.errors import reason
from bots.turn.service import TurnService
from identity.executor import Executor
from identity.links import Links
from identity.workspaces.settings import NUMBERS, Workspace

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RETENTION = 30 * 24 * 60 * 60
"""Seconds: as long as transcripts, files and the ledger keep what was said there."""
EVERY = 60 * 60.0
OF_SETTINGS = ("channels", "private", "recall_in_channels", *NUMBERS, "version")
OF_INSTALLATION = (
    *("installed_at", "installation_ended", "enterprise"),
    *("paused_since", "paused_word", "resumed_at"),
)

_log = logging.getLogger(__name__)


class EndedWorkspaces:
    """Ends the links of their people for good, and deletes what was settled for them.

    :param table: of workspaces, which says when an installation ended.
    """

    def __init__(
        self, dynamodb: "DynamoDBClient", call: Executor, table: str, links: Links
    ) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table
        self._links = links

    @classmethod
    def of(cls, turns: TurnService, links: Links) -> Self:
        """Those in the table of workspaces."""
        return cls(turns.clients.dynamodb, turns.execute, turns.settings.workspaces_table, links)

    @asynccontextmanager
    async def watched(self, every: float = EVERY) -> AsyncIterator[None]:
        """Look after them while the block runs, in every process: each deletion may come twice."""
        task = asyncio.create_task(self._watch(every))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def look(self) -> None:
        """Delete what is due."""
        due = await self._due()
        if not due:
            return
        tenants = {workspace.tenant for workspace in due}
        for link in await self._links.everybody():
            if link.chat_user.platform == "slack" and link.chat_user.tenant in tenants:
                await self._links.erase(link.chat_user)
        for workspace in due:
            await self._forget(workspace)
            _log.warning("what was kept of %s is deleted: its time is over", workspace.key)

    async def _watch(self, every: float) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - the next look may go well
                _log.warning("ended workspaces were not looked after: %s", reason(error))
            await asyncio.sleep(every)

    async def _due(self) -> list[Workspace]:
        found: list[Workspace] = []
        asked: dict[str, Any] = {
            "TableName": self._table,
            "FilterExpression": "installation_ended < :before",
            "ExpressionAttributeValues": {":before": {"N": str(int(time.time()) - RETENTION)}},
        }
        while True:
            page = await self._call(self._dynamodb.scan, **asked)
            found += [Workspace.from_key(item["workspace"]["S"]) for item in page["Items"]]
            if "LastEvaluatedKey" not in page:
                return found
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    async def _forget(self, workspace: Workspace) -> None:
        """All that the row says, unless the app was installed there again meanwhile."""
        names = {f"#{name}": name for name in (*OF_SETTINGS, *OF_INSTALLATION)}
        try:
            await self._call(
                self._dynamodb.update_item,
                TableName=self._table,
                Key={"workspace": {"S": workspace.key}},
                UpdateExpression=f"REMOVE {', '.join(names)}",
                ConditionExpression="attribute_exists(#installation_ended)",
                ExpressionAttributeNames=names,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                raise
