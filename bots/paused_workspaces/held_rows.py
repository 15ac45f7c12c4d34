"""Turns that are held for their workspace, as rows of the ledger."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bots.conditional_write import conditional_write
from bots.errors import InstallationRefused
from bots.platform import Accepted, Turn
from bots.turn.ledger import Entry, rows_waiting_for
from bots.usage.daily_turns import UNDELIVERABLE
from identity.current_row import current_row
from identity.executor import Executor
from identity.workspaces.settings import Workspace

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HELD = "held"


@dataclass(frozen=True, slots=True)
class Held:
    """A turn that waits until its workspace can be used again.

    :param since: when it was held for the first time.
    :param attempt: the attempt that held it; any later write of the row has another.
    """

    turn: str
    accepted: Accepted
    since: datetime
    attempt: int


class HeldRows:
    """The rows; what a run has said stays in them, encrypted, until it was shown.

    ::

        answering ──hold_back──▶ held ──mark_trial──▶ held, to be tried
                                 │ ▲                      │
                                 │ └──────────────────────┘ hold_back, after begin (the ledger's)
                                 └──end──▶ answered, undeliverable
    """

    def __init__(self, dynamodb: "DynamoDBClient", call: Executor, table: str) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table

    async def hold_back(self, turn: Turn, entry: Entry, workspace: Workspace) -> bool:
        """Hold the turn; False when another attempt has taken it up."""
        return await self._move(
            turn.id,
            "SET #state = :held, waiting_for = :workspace, waiting_since = :since, "
            "accepted = :accepted, held_since = if_not_exists(held_since, :now), "
            "held_up_by = if_not_exists(held_up_by, :code) REMOVE trial, given_up",
            "#state = :answering AND attempts = :attempt",
            {
                ":held": {"S": HELD},
                ":answering": {"S": "answering"},
                ":attempt": {"N": str(entry.attempt)},
                ":workspace": {"S": workspace.key},
                ":code": {"S": InstallationRefused.code},
                ":since": {"N": str(time.time_ns())},
                ":accepted": {"S": turn.accepted.as_json()},
                ":now": {"S": datetime.now(UTC).isoformat(timespec="seconds")},
            },
        )

    async def held(self, workspace: Workspace) -> list[Held]:
        """What is held for ``workspace``, the longest waiting first."""
        rows = await rows_waiting_for(self._dynamodb, self._call, self._table, workspace.key)
        return [_held(row) for row in sorted(rows, key=_waiting_since)]

    async def mark_trial(self, held: Held) -> bool:
        """Let the turn be tried although its workspace is paused; False when it isn't held."""
        return await self._move(
            held.turn, "SET trial = :attempt", "#state = :held AND attempts = :attempt", _as(held)
        )

    async def is_trial(self, turn: str) -> bool:
        """Whether the turn shall be tried although its workspace is paused."""
        row = await current_row(self._call, self._dynamodb, self._table, {"turn": {"S": turn}})
        return "trial" in row

    async def end(self, held: Held, word: str) -> bool:
        """End the turn, with what was said; False when it isn't held any more.

        :param word: the platform's, for administrators.
        """
        return await self._move(
            held.turn,
            "SET #state = :over, problem = :problem "
            "REMOVE waiting_for, accepted, #result, trial, held_since",
            "#state = :held AND attempts = :attempt",
            {
                **_as(held),
                ":over": {"S": "answered"},
                ":problem": {"S": f"{UNDELIVERABLE}: {word}"},
            },
        )

    async def _move(self, turn: str, update: str, condition: str, values: dict[str, Any]) -> bool:
        row = await conditional_write(
            self._dynamodb,
            self._call,
            self._table,
            {"turn": {"S": turn}},
            update=update,
            condition=condition,
            values=values,
        )
        return row is not None


def _as(held: Held) -> dict[str, Any]:
    return {":held": {"S": HELD}, ":attempt": {"N": str(held.attempt)}}


def _waiting_since(row: Mapping[str, Any]) -> int:
    return int(row["waiting_since"]["N"])


def _held(row: Mapping[str, Any]) -> Held:
    return Held(
        row["turn"]["S"],
        Accepted.from_json(row["accepted"]["S"]),
        datetime.fromisoformat(row["held_since"]["S"]).astimezone(UTC),
        int(row["attempts"]["N"]),
    )
