"""The turns of the last days, as the ledger's index has them: numbers, no word of anybody."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INDEX = "by_day"
MOST = 20_000
"""Turns that are read for one look; the page says so when there are more."""
UNDELIVERABLE = "undeliverable"
"""How a problem begins whose turn no place took the answer of; the platform's word follows."""

SIGN_IN = timedelta(days=1)
"""So long the ledger lets a question wait for its asker to sign in."""

STUCK = timedelta(hours=1)
"""Long after the inbox has given up on a turn and its dead-letter queue has been tried."""


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """One turn.

    :param chat_user: the key of who asked; their subject is known once their link was found.
    :param milliseconds: from its acceptance to the end of its answer; None when it isn't answered.
    """

    turn: str
    asked_at: datetime
    state: str
    platform: str
    chat_user: str
    subject: str
    trace: str
    problem: str
    feedback: str
    model: str
    tools: tuple[str, ...]
    tokens: int
    milliseconds: int | None

    @property
    def continues_answer(self) -> bool:
        """Whether it is the rest of an answer, after its person's decision, and no question."""
        return self.platform == "web" and "." in self.turn

    @property
    def failed(self) -> bool:
        """Whether it was given up, or its run broke off."""
        return self.state == "failed" or self.problem == "failed" or self.undeliverable

    @property
    def undeliverable(self) -> bool:
        """Whether no place took its answer."""
        return self.problem.startswith(UNDELIVERABLE)

    @property
    def waits(self) -> bool:
        """Whether its asker was sent a link to sign in, and hasn't."""
        return self.state == "waiting"

    def undelivered(self, now: datetime) -> bool:
        """Whether its asker has no answer and none will come."""
        stuck = self.state == "answering" and now - self.asked_at > STUCK
        waited = self.waits and now - self.asked_at > SIGN_IN
        return self.state == "failed" or self.undeliverable or stuck or waited


class DailyTurns:
    """Reads the ledger day by day, the newest turn first."""

    def __init__(self, dynamodb: "DynamoDBClient", call: Executor, table: str) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table

    async def turns(self, today: date, days: int, most: int = MOST) -> list[TurnRecord]:
        """The turns of so many days (UTC), today's first, at most ``most`` of them."""
        found: list[TurnRecord] = []
        for back in range(days):
            async for turn in self._turns_on((today - timedelta(days=back)).isoformat()):
                found.append(turn)
                if len(found) == most:
                    return found
        return found

    async def _turns_on(self, day: str) -> AsyncIterator[TurnRecord]:
        start: dict[str, Any] = {}
        while True:
            page = await self._call(
                self._dynamodb.query,
                TableName=self._table,
                IndexName=INDEX,
                KeyConditionExpression="asked_on = :day",
                ExpressionAttributeValues={":day": {"S": day}},
                ScanIndexForward=False,
                **start,
            )
            for record in await self._call(_turn_records, page["Items"]):
                yield record
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _turn_records(rows: Iterable[Any]) -> list[TurnRecord]:
    return [_turn_record(row) for row in rows]


def _turn_record(row: Any) -> TurnRecord:
    text = {name: value["S"] for name, value in row.items() if "S" in value}
    number = {name: int(value["N"]) for name, value in row.items() if "N" in value}
    return TurnRecord(
        turn=text["turn"],
        asked_at=datetime.fromisoformat(text["asked_at"]).astimezone(UTC),
        state=text.get("state", ""),
        platform=text.get("platform", ""),
        chat_user=text.get("chat_user", ""),
        subject=text.get("subject", ""),
        trace=text.get("trace", ""),
        problem=text.get("problem", ""),
        feedback=text.get("feedback", ""),
        model=text.get("model", ""),
        tools=tuple(entry["S"] for entry in row.get("tools", {}).get("L", ())),
        tokens=number.get("input_tokens", 0) + number.get("output_tokens", 0),
        milliseconds=number.get("milliseconds"),
    )
