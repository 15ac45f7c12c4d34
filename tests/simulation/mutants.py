"""Breaks the product in one way after the other, and tells which seed of the simulation sees it.

``python -m tests.simulation.mutants [SEEDS]``: what no seed sees is a hole in the checks.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from unittest.mock import patch

from bots.answer import answer_messages
from bots.errors import Superseded
from bots.queue import heartbeat, inbox
from bots.slack.outgoing.private_reply import PrivateReceipt
from bots.turn import handler
from bots.turn.decision_and_stop import TurnActions
from bots.turn.ledger import Ledger
from tests.simulation.seeds import run, simulating

MOST_SEEDS = 600


@contextmanager
def _no_fence() -> Iterator[None]:
    """An attempt that was overtaken writes all the same."""
    write = Ledger._write

    async def unfenced(self: Ledger, turn: str, attempt: int, update: str, values: Any) -> None:
        row = await self._call(
            self._dynamodb.get_item, TableName=self._table, Key={"turn": {"S": turn}}
        )
        newest = int(row.get("Item", {}).get("attempts", {"N": str(attempt)})["N"])
        try:
            await write(self, turn, newest, update, values)
        except Superseded:
            return

    with patch.object(Ledger, "_write", unfenced):
        yield


@contextmanager
def _no_lease() -> Iterator[None]:
    """A worker that stood still shows what it was about to show."""

    async def hold(_: heartbeat.DeliveryLease) -> None:
        return

    with patch.object(heartbeat.DeliveryLease, "hold", hold):
        yield


@contextmanager
def _result_is_not_kept() -> Iterator[None]:
    """An answer is shown before it is kept."""

    async def forget(*_: object) -> None:
        return

    with patch.object(handler.TurnHandler, "_keep", forget):
        yield


@contextmanager
def _no_deduplication() -> Iterator[None]:
    """Each put is a message of its own."""
    ids = iter(range(1_000_000))
    with patch.object(inbox, "deduplication_id", lambda *_: f"id {next(ids)}"):
        yield


@contextmanager
def _no_heartbeat() -> Iterator[None]:
    """What is worked on for long is delivered again meanwhile."""
    with patch.object(heartbeat, "HEARTBEAT", 1_000_000):
        yield


@contextmanager
def _posts_are_not_looked_for() -> Iterator[None]:
    """A message that was announced is posted again."""

    async def forget(messages: answer_messages.AnswerMessages) -> None:
        messages._ids = [one for one in messages._ids if one != answer_messages.ANNOUNCED]

    with patch.object(answer_messages.AnswerMessages, "_find_announced", forget):
        yield


@contextmanager
def _responses_are_not_noted() -> Iterator[None]:
    """What was sent to a command's address is sent again."""

    async def forget(*_: object) -> None:
        return

    with patch.object(PrivateReceipt, "move", forget):
        yield


@contextmanager
def _what_waits_is_not_stopped() -> Iterator[None]:
    """The word ends only what is being answered."""

    async def forget(*_: object) -> None:
        return

    with patch.object(TurnActions, "stop_waiting", forget):
        yield


MUTANTS: Mapping[str, Callable[[], AbstractContextManager[None]]] = {
    "no fence": _no_fence,
    "no lease": _no_lease,
    "result not kept": _result_is_not_kept,
    "no deduplication": _no_deduplication,
    "no heartbeat": _no_heartbeat,
    "posts are not looked for": _posts_are_not_looked_for,
    "responses are not noted": _responses_are_not_noted,
    "what waits is not stopped": _what_waits_is_not_stopped,
}


def caught(mutant: str, most: int = MOST_SEEDS) -> tuple[int, str] | None:
    """The first seed that sees a mutant, and what it says; None when none does."""
    with simulating(), MUTANTS[mutant]():
        for seed in range(most):
            if wrong := run(seed)[1]:
                return seed, wrong[0]
    return None


def main(most: int) -> int:
    """Print what sees each mutant; 1 when nothing sees one."""
    missed = 0
    for mutant in MUTANTS:
        found = caught(mutant, most)
        missed += found is None
        told = f"seed {found[0]}: {found[1]}" if found else f"not seen in {most} seeds"
        print(f"{mutant}: {told}", flush=True)  # noqa: T201
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else MOST_SEEDS))
