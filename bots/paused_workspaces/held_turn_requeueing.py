"""Puts held turns into the inbox again once their workspace works, or ends them after days."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bots.errors import PlatformError, reason
from bots.paused_workspaces.held_rows import Held, HeldRows
from bots.platform import Platform
from bots.queue.inbox import Inbox
from identity.people import PlatformName
from identity.workspaces.pauses import Pause, Pauses
from identity.workspaces.settings import Workspace

EVERY = 60.0
HELD = timedelta(days=3)
"""Whose installation isn't mended by then asks again."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HeldTurns:
    """Looks after what is held, in every process; the ledger and the queue let it happen once.

    A platform that says that the installation works may refuse a message all the same. So the
    oldest turn goes first and alone, the workspace stays paused until it was shown, and a turn that
    is held again goes to the end of the line.
    """

    platforms: Mapping[PlatformName, Platform]
    rows: HeldRows
    pauses: Pauses
    inbox: Inbox

    @asynccontextmanager
    async def watched(self, every: float = EVERY) -> AsyncIterator[None]:
        """Look after them while the block runs."""
        task = asyncio.create_task(self._watch(every))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def look(self) -> None:
        """Send back what can be shown, end what has waited for too long."""
        for workspace, pause in (await self.pauses.all()).items():
            held = await self.rows.held(workspace)
            waiting = [one for one in held if not await self._ended(one, pause)]
            await self._send_back(workspace, pause, waiting)

    async def _watch(self, every: float) -> None:
        while True:
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - the next look may go well
                _log.warning("turns that are held were not looked after: %s", reason(error))
            await asyncio.sleep(every)

    async def _ended(self, one: Held, pause: Pause | None) -> bool:
        if datetime.now(UTC) - one.since < HELD:
            return False
        if await self.rows.end(one, pause.word if pause else "held for too long"):
            _log.error("turn %s was held for too long and is given up", one.turn)
        return True

    async def _send_back(
        self, workspace: Workspace, pause: Pause | None, waiting: Sequence[Held]
    ) -> None:
        platform = self.platforms.get(workspace.platform)
        if platform is None:
            return
        if pause is not None:
            if not await _works(workspace, platform):
                return
            if not waiting:
                await self.pauses.end(workspace)
            waiting = waiting[:1]
        for one in waiting:
            if pause is None or await self.rows.mark_trial(one):
                await self.inbox.put(one.accepted, again=f"held at attempt {one.attempt}")


async def _works(workspace: Workspace, platform: Platform) -> bool:
    try:
        await platform.check_installation(workspace.tenant)
    except PlatformError as error:
        _log.info("workspace %s stays paused: %s", workspace.key, error)
        return False
    return True
