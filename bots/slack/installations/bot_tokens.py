"""The bot token of each installation, rotated before it expires.

https://docs.slack.dev/authentication/using-token-rotation
"""

import logging
import time
from collections.abc import Callable

import aiohttp
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

from bots.errors import InstallationRefused
from bots.slack.installations.installation_store import InstallationStore, KeptInstallation

NOT_INSTALLED = "not_installed"
BELIEVED = 60.0
"""Seconds: each event needs a token, and they change twice a day."""
EARLY = 120
"""Minutes before it expires that a token is rotated; the old one still holds until then, so that
what is under way with it goes on."""
LEASE = 60
ORGANISATION = "E"
"""What the ids of organisations begin with."""

_log = logging.getLogger(__name__)


class BotTokens:
    """Tells tokens, and has one process rotate them.

    :param now: Unix time.
    """

    def __init__(
        self,
        store: InstallationStore,
        rotator: AsyncTokenRotator,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._rotator = rotator
        self._now = now
        self._known: dict[str, tuple[float, str]] = {}

    async def token(self, key: str) -> str:
        """The token of an installation.

        :raises InstallationRefused: when there is none, or it is over.
        """
        read, token = self._known.get(key, (float("-inf"), ""))
        if self._now() - read < BELIEVED:
            return token
        kept = await self._store.find(key)
        if kept is None:
            self.forget(key)
            raise InstallationRefused(f"no installation of {key}", word=NOT_INSTALLED)
        token = str((await self._fresh(kept)).bot_token)
        self._known[key] = self._now(), token
        return token

    async def any_within(self, tenant: str) -> str:
        """The installation of a tenant, or one of a workspace of it where it is an organisation."""
        if not tenant.startswith(ORGANISATION) or await self._store.find(tenant) is not None:
            return tenant
        return next(iter(await self._store.within(tenant)), tenant)

    def forget(self, key: str) -> None:
        """Ask the table the next time."""
        self._known.pop(key, None)

    async def _fresh(self, kept: KeptInstallation) -> Installation:
        expires = kept.installation.bot_token_expires_at
        if expires is None or expires > self._now() + EARLY * 60:
            return kept.installation
        if not await self._store.lease(kept, LEASE):
            return kept.installation  # another process rotates it
        try:
            rotated = await self._rotator.perform_token_rotation(
                installation=kept.installation, minutes_before_expiration=EARLY
            )
        except SlackTokenRotationError as error:
            word = str(error.api_error.response["error"])
            _log.error("the token of %s can't be rotated: %s", kept.key, word)
            if expires < self._now():
                raise InstallationRefused(f"no token of {kept.key}: {word}", word=word) from None
            return kept.installation
        except (aiohttp.ClientError, TimeoutError) as error:
            _log.warning("Slack isn't reached to rotate a token: %s", type(error).__name__)
            return kept.installation
        if rotated is None:
            return kept.installation
        await self._store.replace(kept, rotated)
        return rotated
