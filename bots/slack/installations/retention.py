"""What is kept of a workspace that has removed the app goes after the retention time."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

from botocore.exceptions import ClientError

from bots.conditional_write import conditional_write
from bots.errors import PlatformError, reason
from bots.slack.installations.bot_tokens import ORGANISATION
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

IsInstalled = Callable[[str], Awaitable[bool]]

_log = logging.getLogger(__name__)


class EndedWorkspaces:
    """Ends the links of their people for good, and deletes what was settled for them.

    :param table: of workspaces, which says when an installation ended.
    :param is_installed: whether Slack takes a token for the installation all the same: nobody
        tells us that the workspace of the token that we were given is back. It may raise
        :class:`~bots.errors.PlatformError` when Slack doesn't say.
    """

    def __init__(
        self,
        dynamodb: "DynamoDBClient",
        call: Executor,
        table: str,
        links: Links,
        is_installed: IsInstalled,
    ) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table
        self._links = links
        self._is_installed = is_installed

    @classmethod
    def of(cls, turns: TurnService, links: Links, is_installed: IsInstalled) -> Self:
        """Those in the table of workspaces."""
        table = turns.settings.workspaces_table
        return cls(turns.clients.dynamodb, turns.execute, table, links, is_installed)

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
        due = [one for one in await self._due() if await self._is_over(one)]
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
        return await self._those("installation_ended < :before", _before())

    async def _is_over(self, workspace: Workspace) -> bool:
        """Whether nothing there is installed; what is back is noted as such."""
        try:
            if not await self._is_installed(workspace.tenant):
                return not await self._has_workspaces(workspace)
        except PlatformError as error:
            _log.warning("whether %s is over is not known now: %s", workspace.key, error)
            return False
        await self._note_back(workspace)
        return False

    async def _has_workspaces(self, organisation: Workspace) -> bool:
        """Whether workspaces in it have installations of their own, or had them lately."""
        if not organisation.tenant.startswith(ORGANISATION):
            return False
        asked = {":organisation": {"S": organisation.tenant}}
        found = await self._those("enterprise = :organisation", asked)
        return any(one != organisation for one in found)

    async def _note_back(self, workspace: Workspace) -> None:
        await conditional_write(
            self._dynamodb,
            self._call,
            self._table,
            {"workspace": {"S": workspace.key}},
            update="REMOVE installation_ended",
            condition="installation_ended < :before",
            values=_before(),
        )

    async def _those(self, condition: str, values: dict[str, Any]) -> list[Workspace]:
        found: list[Workspace] = []
        asked: dict[str, Any] = {
            "TableName": self._table,
            "FilterExpression": condition,
            "ExpressionAttributeValues": values,
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


def _before() -> dict[str, Any]:
    return {":before": {"N": str(int(time.time()) - RETENTION)}}
