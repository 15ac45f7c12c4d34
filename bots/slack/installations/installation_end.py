"""The app is removed from a workspace: its tokens go at once, and nobody is answered there.

https://docs.slack.dev/reference/events/app_uninstalled
https://docs.slack.dev/reference/events/tokens_revoked
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bots.errors import InstallationRefused
from bots.slack.beside_queue.payload_fields import Payload
from bots.slack.incoming.installation_key import installation_key
from bots.slack.installations.bot_tokens import BotTokens
from bots.slack.installations.installation_store import InstallationStore
from identity.workspaces.pauses import Pauses
from identity.workspaces.settings import Workspace

WHOLE_SECOND = 1.0
"""``event_time`` has no fractions."""
EVENTS = ("app_uninstalled", "tokens_revoked")

_log = logging.getLogger(__name__)


class InstallationEnd:
    """Takes the two events.

    :param check: raises :class:`~bots.errors.InstallationRefused` where Slack takes no call of
        ours for an installation any more; another :class:`~bots.errors.PlatformError` when it
        doesn't say, and then the event comes again.
    """

    def __init__(
        self,
        store: InstallationStore,
        tokens: BotTokens | None,
        pauses: Pauses,
        check: Callable[[str], Awaitable[None]],
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._pauses = pauses
        self._check = check

    async def take(self, payload: Payload) -> bool:
        """Whether it was one of them."""
        event = payload.get("event")
        if not isinstance(event, Mapping) or event.get("type") not in EVENTS:
            return False
        key, word = installation_key(payload), str(event["type"])
        if not key or not _about_us(event):
            return True  # a person has taken back a token of theirs; we have none
        happened = float(str(payload.get("event_time") or 0)) + WHOLE_SECOND
        over = await self._store.find(key) is not None or await self._is_refused(key)
        if (
            over
            and await self._store.end(key, before=happened)
            and await self._pauses.begin(Workspace("slack", key), word)
        ):
            _log.error("the app was removed from %s: %s", key, word)
        else:
            _log.info("%s of %s ends nothing: it is late, or a repetition", word, key)
        if self._tokens is not None:
            self._tokens.forget(key)
        return True

    async def _is_refused(self, key: str) -> bool:
        """Of a token that we were given nobody knows since when, so Slack is asked."""
        try:
            await self._check(key)
        except InstallationRefused:
            return True
        return False


def _about_us(event: Mapping[str, Any]) -> bool:
    """Whether the bot's token is over."""
    revoked = event.get("tokens") or {}
    return event["type"] == "app_uninstalled" or bool(revoked.get("bot"))
