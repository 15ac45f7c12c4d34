"""Answers turns unless their workspace is paused; then they are held, and nothing is run."""

import logging
from contextlib import suppress
from dataclasses import dataclass

from bots.errors import InstallationRefused, PlatformError, TurnRefused
from bots.paused_workspaces.held_rows import HeldRows
from bots.platform import Lease, Platform, Turn
from bots.turn.dispatcher import AnswerTurn, Handler
from bots.turn.ledger import Ledger
from identity.workspaces.pauses import Pauses
from identity.workspaces.settings import Workspace

PAUSED = (
    "I'm not set up correctly here at the moment. Please tell your administrator; "
    "I'll answer your question once that is mended."
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HoldingHandler:
    """Pauses a workspace when its platform refuses us altogether, and holds its turns meanwhile.

    The workspace is in use again once a turn that was held in it could be shown
    (:mod:`bots.paused_workspaces.held_turn_requeueing`).
    Implements :class:`bots.turn.dispatcher.Handler`.

    :param handler: answers turns.
    """

    handler: Handler
    ledger: Ledger
    rows: HeldRows
    pauses: Pauses

    async def answer(self, turn: Turn, platform: Platform, lease: Lease) -> bool | None:
        """Answer ``turn``, or hold it; whether it was answered just now."""
        return await self._unless_paused(turn, platform, lease, self.handler.answer)

    async def apologise(self, turn: Turn, platform: Platform, lease: Lease) -> None:
        """Tell the asker that the inbox has given up on ``turn``, or hold it."""
        await self._unless_paused(turn, platform, lease, self.handler.apologise)

    async def _unless_paused(
        self, turn: Turn, platform: Platform, lease: Lease, answer: AnswerTurn
    ) -> bool | None:
        workspace = Workspace.of(turn.chat_user)
        pause = await self.pauses.of(workspace)
        if pause and not await self.rows.is_trial(turn.id):
            if await self._hold(turn, workspace, lease) == 1:
                with suppress(PlatformError, TurnRefused):  # some ways need no installation
                    await platform.notify(turn, PAUSED)
            return None
        try:
            answered = await answer(turn, platform, lease)
        except InstallationRefused as error:
            if await self.pauses.begin(workspace, error.word):
                _log.error("workspace %s is paused: %s", workspace.key, error)
            await self._hold(turn, workspace, lease)
            return None
        if pause and await self.pauses.end(workspace):
            _log.warning("workspace %s is in use again", workspace.key)
        return answered

    async def _hold(self, turn: Turn, workspace: Workspace, lease: Lease) -> int:
        """Keep the turn, and what its run may have said; the number of this attempt, 0 for none."""
        entry = await self.ledger.begin(turn, lease, given_up=True)
        if entry is None or not await self.rows.hold_back(turn, entry, workspace):
            return 0
        _log.warning("turn %s is held: its workspace is paused", turn.id)
        return entry.attempt
