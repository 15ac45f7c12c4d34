"""What the administrators of a workspace allow: where questions are asked, and how many."""

import hashlib
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from ag_ui.core import BaseEvent
from botocore.exceptions import ClientError

from bots.platform import Turn
from bots.usage.daily_usage import TWO_DAYS, Spending, today
from identity.executor import Executor
from identity.workspaces.settings import Settings, Workspace, Workspaces

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ELSEWHERE = (
    "I don't answer questions in this channel. "
    "Please ask me in a direct message, or ask your administrator to allow this channel."
)
USED_UP = (
    "You have used up today's questions: your administrator allows {quota:,} a day. "
    "Please ask again tomorrow (days begin at 00:00 UTC)."
)


class Policy:
    """The settings of each turn's workspace, applied."""

    def __init__(self, workspaces: Workspaces, quotas: "Quotas", spending: Spending) -> None:
        self._workspaces = workspaces
        self._quotas = quotas
        self._spending = spending

    async def settings(self, turn: Turn) -> Settings:
        """What holds where ``turn`` was asked."""
        return await self._workspaces.settings(Workspace.of(turn.chat_user))

    async def spend(self, turn: Turn, subject: str, settings: Settings) -> str | None:
        """Count the turn for its person; the sentence to tell them when it is one too many.

        What goes on after a decision has been counted with its question.
        """
        if turn.resume:
            return None
        if used_up := await self._spending.used_up(turn, subject, settings):
            return used_up
        quota = settings.quota
        if quota is None or await self._quotas.spend(turn, subject, quota):
            return None
        return USED_UP.format(quota=quota)

    async def counted(
        self, turn: Turn, subject: str, events: AsyncIterator[BaseEvent]
    ) -> AsyncIterator[BaseEvent]:
        """The turn's events; what its run has used counts for its person once it ends."""
        async for event in events:
            await self._spending.note(turn, subject, event)
            yield event


def elsewhere(turn: Turn, settings: Settings) -> str | None:
    """The sentence for a question in a channel that isn't allowed."""
    if turn.channel is None or not settings.channels or turn.channel in settings.channels:
        return None
    return ELSEWHERE


class Quotas:
    """Counts each person's questions of a day, in rows of the ledger's table.

    A row holds the turns themselves, so that a turn which is delivered twice counts once.
    """

    def __init__(self, dynamodb: "DynamoDBClient", call: Executor, table: str) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table

    async def spend(self, turn: Turn, subject: str, quota: int) -> bool:
        """Whether the turn is among the first ``quota`` of today (UTC)."""
        place = Workspace.of(turn.chat_user).key
        counted = hashlib.sha256(turn.id.encode()).hexdigest()[:16]
        try:
            await self._call(
                self._dynamodb.update_item,
                TableName=self._table,
                Key={"turn": {"S": f"quota#{today()}#{place}#{subject}"}},
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
