"""The settings as they are now: parameters and secrets change while a process lives or rests."""

import asyncio
import logging
import time
from collections.abc import Callable

from agent.errors import SettingsError
from agent.settings import Settings
from agent.wall_clock import is_older

KEEP_SECONDS = 60.0

logger = logging.getLogger(__name__)


class CurrentSettings:
    """Reads the settings again when they are older than a minute.

    A process may be restored from a snapshot that is days old, with the parameters of that day.

    :ivar latest: as they were read last, however long ago.
    :param read: raises SettingsError, and blocks.
    """

    def __init__(self, settings: Settings, read: Callable[[], Settings]) -> None:
        self.latest = settings
        self._read = read
        self._read_at = time.time()
        self._lock = asyncio.Lock()

    async def current(self) -> Settings:
        """The settings, at most a minute old; older ones only while they can't be read."""
        async with self._lock:
            if is_older(self._read_at, KEEP_SECONDS):
                try:
                    self.latest = await asyncio.to_thread(self._read)
                except SettingsError as error:
                    logger.error("the settings can't be read again: %s", error)  # noqa: TRY400
                self._read_at = time.time()
            return self.latest
