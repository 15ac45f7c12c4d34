"""What people and their workspace are called in Slack, remembered for an hour."""

import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from bots.errors import PlatformError
from bots.slack.outgoing.web_api import WebApi
from identity.people import Names

REMEMBERED = 3600.0
AT_MOST = 4096

_log = logging.getLogger(__name__)


class NameCache:
    """Looks names up; a name that Slack does not tell is empty, and no reason to fail."""

    def __init__(self, api: WebApi) -> None:
        self._api = api
        self._known: OrderedDict[str, tuple[float, str | None]] = OrderedDict()

    async def names(self, team: str, user: str) -> Names | None:
        """The names behind two ids; None for who is none: a bot, a closed account."""
        name = await self._known_or(f"user {team} {user}", lambda: self._api.person(user))
        if name is None:
            return None
        workspace = await self._known_or(f"team {team}", self._api.workspace)
        return Names(workspace=workspace or "", user=name)

    async def _known_or(self, key: str, ask: Callable[[], Awaitable[str | None]]) -> str | None:
        known_at, name = self._known.get(key, (float("-inf"), ""))
        if time.monotonic() - known_at < REMEMBERED:
            return name
        try:
            name = await ask()
        except PlatformError as error:
            _log.warning("Slack told no name: %s", error)
            return name
        self._known[key] = (time.monotonic(), name)
        while len(self._known) > AT_MOST:
            self._known.popitem(last=False)
        return name
