"""What holds the turns of paused workspaces, put together."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from bots.paused_workspaces.held_rows import HeldRows
from bots.paused_workspaces.held_turn_requeueing import HeldTurns
from bots.paused_workspaces.holding_handler import HoldingHandler
from bots.platform import Platform
from bots.queue.inbox import Inbox
from bots.turn.service import TurnService
from identity.people import PlatformName
from identity.workspaces.pauses import Pauses


@dataclass(frozen=True, slots=True)
class PausedWorkspaces:
    """The handler that holds turns, and what sends them back."""

    handler: HoldingHandler
    held: HeldTurns
    pauses: Pauses

    @classmethod
    def of(
        cls, turns: TurnService, platforms: Mapping[PlatformName, Platform], inbox: Inbox
    ) -> Self:
        """Everything of this package."""
        dynamodb, settings = turns.clients.dynamodb, turns.settings
        pauses = Pauses(dynamodb, settings.workspaces_table, turns.execute)
        rows = HeldRows(dynamodb, turns.execute, settings.ledger_table)
        handler = HoldingHandler(turns.handler, turns.ledger, rows, pauses)
        return cls(handler, HeldTurns(platforms, rows, pauses, inbox), pauses)
