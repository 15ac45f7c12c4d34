"""Workspaces whose platform refuses us: since when, and by which word of the platform's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from identity.current_row import current_row
from identity.executor import Executor
from identity.people import ChatUser
from identity.suspend_aware_clock import monotonic
from identity.workspaces.settings import FRESH, Workspace

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing of ours is taken in a workspace.

    :param word: what the platform says, such as ``token_revoked``.
    """

    word: str
    since: datetime


REMOVED = frozenset(
    {"account_inactive", "app_uninstalled", "not_installed", "token_revoked", "tokens_revoked"}
)
"""The words that say that there is no installation any more."""
REMOVED_THERE = (
    "BizAssist was removed from this workspace, so nobody is answered there. Unless it comes back, "
    "what is kept of this link is deleted 30 days later."
)
PAUSED_THERE = "BizAssist is switched off in this workspace; its administrators are told."


class Pauses:
    """The pauses in the table of workspaces, each begun and ended by one conditional write."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, execute: Executor) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._execute = execute
        self._cache: dict[Workspace, tuple[float, Pause | None]] = {}

    async def of(self, workspace: Workspace) -> Pause | None:
        """Whether ``workspace`` is paused, as of some seconds ago."""
        read, pause = self._cache.get(workspace, (float("-inf"), None))
        return pause if monotonic() - read < FRESH else await self.current(workspace)

    async def current(self, workspace: Workspace) -> Pause | None:
        """Whether ``workspace`` is paused now."""
        row = await current_row(
            self._execute, self._dynamodb, self._table, {"workspace": {"S": workspace.key}}
        )
        pause = _pause(row)
        self._cache[workspace] = monotonic(), pause
        return pause

    async def notice_of(self, chat_user: ChatUser) -> str:
        """What a person is told of the workspace of one of their links; empty for nothing."""
        pause = await self.of(Workspace.of(chat_user))
        if pause is None:
            return ""
        return REMOVED_THERE if pause.word in REMOVED else PAUSED_THERE

    async def begin(self, workspace: Workspace, word: str) -> bool:
        """Pause ``workspace``; False when it is paused already."""
        return await self._write(
            workspace,
            "SET paused_since = :now, paused_word = :word",
            "attribute_not_exists(paused_since)",
            {":now": {"S": _now()}, ":word": {"S": word}},
        )

    async def end(self, workspace: Workspace) -> bool:
        """Pause ``workspace`` no longer; False when it wasn't paused."""
        return await self._write(
            workspace,
            "SET resumed_at = :now REMOVE paused_since, paused_word",
            "attribute_exists(paused_since)",
            {":now": {"S": _now()}},
        )

    async def all(self) -> dict[Workspace, Pause | None]:
        """Every workspace that is paused, or has been: what waited there may wait still (Scan)."""
        found: dict[Workspace, Pause | None] = {}
        start: dict[str, Any] = {}
        while True:
            page = await self._execute(self._dynamodb.scan, TableName=self._table, **start)
            for item in page["Items"]:
                pause = _pause(item)
                if pause or "resumed_at" in item:
                    found[Workspace.from_key(item["workspace"]["S"])] = pause
            if "LastEvaluatedKey" not in page:
                return found
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    async def _write(
        self, workspace: Workspace, update: str, condition: str, values: dict[str, Any]
    ) -> bool:
        self._cache.pop(workspace, None)
        try:
            await self._execute(
                self._dynamodb.update_item,
                TableName=self._table,
                Key={"workspace": {"S": workspace.key}},
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True


def _pause(item: Mapping[str, Any]) -> Pause | None:
    if "paused_since" not in item:
        return None
    since = datetime.fromisoformat(item["paused_since"]["S"]).astimezone(UTC)
    return Pause(item["paused_word"]["S"], since)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
