"""The real turn in front of the platform: its run is counted, its rows are kept in memory."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from ag_ui.core import BaseEvent

from bots.answer.delay_sentences import Delay
from bots.errors import After, PlatformUnavailable
from bots.limits.fair_slots import FairSlots
from bots.platform import Accepted, Lease, Turn
from bots.turn.handler import TurnHandler
from bots.turn.turn_metrics import Outcome
from identity.workspaces.settings import Settings
from tests.bots.receipt import Held, MemoryReceipt
from tests.bots.teams.teams_client import TeamsClient, text

MOST_DELIVERIES = 3


@dataclass
class MemoryEntry(MemoryReceipt):
    """What the ledger knows of the turn."""

    subject: str | None = None
    result: bytes | None = None
    private: MemoryReceipt = field(default_factory=MemoryReceipt)
    delay: Delay = field(default_factory=lambda: Delay(datetime.now(UTC), 1, None))

    async def keep_result(self, result: bytes, subject: str) -> None:
        self.result, self.subject = result, subject


@dataclass
class AnsweredTurn:
    """One question whose agent says ``words``.

    :ivar runs: how often the agent was asked.
    :ivar outcome: how the turn ended; None while it hasn't.
    :ivar passing: what the deliveries that come again were told.
    """

    words: str = "It is."
    runs: int = 0
    outcome: Outcome | None = None
    passing: list[PlatformUnavailable] = field(default_factory=list)
    entry: MemoryEntry = field(default_factory=MemoryEntry)

    async def deliver(self, teams: TeamsClient, accepted: Accepted) -> None:
        """Work on the question as the queue does: what passes brings it back."""
        handler = self._handler()
        for _ in range(MOST_DELIVERIES):
            try:
                await teams.platform.dispatch(
                    accepted, lambda turn: handler.answer(turn, teams.platform, Held())
                )
            except PlatformUnavailable as error:
                self.passing.append(error)
                if isinstance(error.again, After):
                    teams.connector.advance(error.again.seconds)
            else:
                return

    def _handler(self) -> TurnHandler:
        """The handler; nobody here lacks a link, a right or a token."""
        stand_ins: dict[str, Any] = {
            "ledger": SimpleNamespace(begin=self._begin, finish=self._finish),
            "links": SimpleNamespace(active=_link),
            "tokens": SimpleNamespace(access_token=_token),
            "runs": SimpleNamespace(events=self._run, ended_if_refused=_not_refused),
            "link_url": None,
            "rules": SimpleNamespace(
                settings=_settings, quota_refusal=_no_refusal, with_usage=_same_events
            ),
            "results": SimpleNamespace(encrypt=_as_it_is, decrypt=_as_it_is),
            "slots": FairSlots(8),
        }
        return TurnHandler(**stand_ins)

    async def _begin(self, turn: Turn, lease: Lease) -> MemoryEntry | None:
        return self.entry if self.outcome is None else None

    async def _finish(self, turn: Turn, entry: MemoryEntry, outcome: Outcome) -> None:
        self.outcome = outcome

    async def _run(self, *_: object) -> AsyncIterator[BaseEvent]:
        self.runs += 1
        yield text(self.words)


async def _settings(turn: Turn) -> Settings:
    return Settings()


async def _link(chat_user: object) -> SimpleNamespace:
    return SimpleNamespace(subject="alice")


async def _token(link: object) -> str:
    return "token"


@asynccontextmanager
async def _not_refused(*_: object) -> AsyncIterator[None]:
    yield


async def _no_refusal(*_: object) -> None:
    return None


def _same_events(
    turn: Turn, subject: str, settings: Settings, events: AsyncIterator[BaseEvent]
) -> AsyncIterator[BaseEvent]:
    return events


async def _as_it_is(result: bytes, turn: str) -> bytes:
    return result
