"""What the answers to each person use in a day, in rows of the ledger's table."""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ag_ui.core import BaseEvent, RunFinishedEvent

from bots.platform import Turn
from identity.current_row import current_row
from identity.executor import Executor
from identity.workspaces.settings import Settings, Workspace

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

USAGE_USED_UP = (
    "Today's answers to you have used up the {what} that your administrator allows: {most:,} a "
    "day. Please ask again tomorrow (days begin at 00:00 UTC)."
)
TWO_DAYS = 2 * 24 * 60 * 60


class DailyUsage:
    """Adds up what runs say that they used; a person is a subject, in one workspace.

    A run that is made twice has used twice as much, and counts twice. One that is stopped or breaks
    off doesn't say what it used.
    """

    def __init__(self, dynamodb: "DynamoDBClient", call: Executor, table: str) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table

    async def refusal(self, turn: Turn, subject: str, settings: Settings) -> str | None:
        """The sentence for a person whose answers have used what a day has."""
        limits = {
            "tool calls": (settings.tool_calls, 1, "tool_calls"),
            "tokens": (settings.tokens, 1, "tokens"),
            "seconds": (settings.seconds, 1000, "milliseconds"),
        }
        if not any(most for most, _, _ in limits.values()):
            return None
        used = await self._used(turn, subject)
        for what, (most, unit, name) in limits.items():
            if most is not None and used.get(name, 0) >= most * unit:
                return USAGE_USED_UP.format(what=what, most=most)
        return None

    async def record(self, turn: Turn, subject: str, event: BaseEvent) -> None:
        """Add what a run used, as its last event says."""
        used = event.result if isinstance(event, RunFinishedEvent) else None
        usage = used.get("usage") if isinstance(used, dict) else None
        if not isinstance(usage, dict):
            return
        tokens = _number(usage, "input_tokens") + _number(usage, "output_tokens")
        await self._call(
            self._dynamodb.update_item,
            TableName=self._table,
            Key=_key(turn, subject),
            UpdateExpression=(
                "ADD tokens :tokens, tool_calls :calls, milliseconds :time "
                "SET expires_at = :expires"
            ),
            ExpressionAttributeValues={
                ":tokens": {"N": str(tokens)},
                ":calls": {"N": str(_number(usage, "tool_calls"))},
                ":time": {"N": str(_number(usage, "milliseconds"))},
                ":expires": {"N": str(int(time.time()) + TWO_DAYS)},
            },
        )

    async def _used(self, turn: Turn, subject: str) -> dict[str, int]:
        row = await current_row(self._call, self._dynamodb, self._table, _key(turn, subject))
        return {name: int(value["N"]) for name, value in row.items() if "N" in value}


def today() -> str:
    """The day that it is, in UTC."""
    return datetime.fromtimestamp(time.time(), UTC).date().isoformat()


def _key(turn: Turn, subject: str) -> dict[str, Any]:
    workspace = Workspace.of(turn.chat_user).key
    return {"turn": {"S": f"usage#{today()}#{workspace}#{subject}"}}


def _number(usage: dict[str, Any], name: str) -> int:
    value = usage.get(name)
    return value if isinstance(value, int) and value > 0 else 0
