"""The bot token of each installation, rotated before it expires.

https://docs.slack.dev/authentication/using-token-rotation
"""

import asyncio
import logging
import time
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

from bots.errors import InstallationRefused, PlatformError, PlatformUnavailable
from bots.slack.installations.installation_store import InstallationStore, KeptInstallation
from bots.slack.outgoing.platform_errors import platform_errors

NOT_INSTALLED = "not_installed"
BELIEVED = 60.0
"""Seconds: each event needs a token, and they change twice a day."""
EARLY = 120
"""Minutes before it expires that a token is rotated; the old one still holds until then, so that
what is under way with it goes on."""
LEASE = 60
PACE = 2.0
"""Seconds between two attempts at keeping rotated tokens."""
AGAIN = 5.0
"""Seconds until a token is looked for again where there is only an expired one."""
ORGANISATION = "E"
"""What the ids of organisations begin with."""

_log = logging.getLogger(__name__)


class BotTokens:
    """Tells tokens, and has one process rotate them.

    A token is looked for by one task for each installation, which goes on when nobody waits for
    it any more: Slack tells rotated tokens once.

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
        self._looking: dict[str, asyncio.Task[str]] = {}

    async def token(self, key: str) -> str:
        """The token of an installation.

        :raises InstallationRefused: when there is none, or it is over.
        :raises PlatformUnavailable: when it has expired, and there is no new one yet.
        """
        until, token = self._known.get(key, (float("-inf"), ""))
        if self._now() < until:
            return token
        task = self._looking.get(key)
        if task is None:
            task = self._looking[key] = asyncio.create_task(self._look(key))
            task.add_done_callback(lambda done: self._looked(key, done))
        return await asyncio.shield(task)

    async def any_within(self, tenant: str) -> str:
        """The installation of a tenant, or one of a workspace of it where it is an organisation."""
        if not tenant.startswith(ORGANISATION) or await self._store.find(tenant) is not None:
            return tenant
        return next(iter(await self._store.within(tenant)), tenant)

    def forget(self, key: str) -> None:
        """Ask the table the next time."""
        self._known.pop(key, None)

    async def finish(self) -> None:
        """Return when no token is looked for any more."""
        await asyncio.gather(*self._looking.values(), return_exceptions=True)

    async def _look(self, key: str) -> str:
        kept = await self._store.find(key)
        if kept is None:
            self.forget(key)
            raise InstallationRefused(f"no installation of {key}", word=NOT_INSTALLED)
        installation = await self._fresh(kept)
        until, expires = self._now() + BELIEVED, installation.bot_token_expires_at
        token = str(installation.bot_token)
        self._known[key] = until if expires is None else min(until, expires), token
        return token

    def _looked(self, key: str, done: asyncio.Task[str]) -> None:
        del self._looking[key]
        if not done.cancelled():
            done.exception()  # who waits is told; with nobody there it is no news

    async def _fresh(self, kept: KeptInstallation) -> Installation:
        """The installation with a token that holds now."""
        if self._holds(kept.installation, EARLY * 60):
            return kept.installation
        problem: PlatformError = PlatformUnavailable("its token is being rotated", after=AGAIN)
        if await self._store.lease(kept, LEASE):
            try:
                return await self._rotated(kept)
            except PlatformError as error:
                level = logging.ERROR if isinstance(error, InstallationRefused) else logging.WARNING
                _log.log(level, "the token of %s can't be rotated: %s", kept.key, error)
                await self._release(kept)
                problem = error
        if self._holds(kept.installation):
            return kept.installation
        again = await self._store.find(kept.key)  # another process may have rotated it
        if again is not None and self._holds(again.installation):
            return again.installation
        raise problem

    def _holds(self, installation: Installation, seconds: float = 0.0) -> bool:
        expires = installation.bot_token_expires_at
        return expires is None or expires > self._now() + seconds

    async def _rotated(self, kept: KeptInstallation) -> Installation:
        """The installation with new tokens, which are kept.

        :raises InstallationRefused: when Slack gives no more tokens for it.
        :raises PlatformUnavailable: when it can't be done now.
        """
        try:
            with platform_errors():
                rotated = await self._rotation(kept)
        except (InstallationRefused, PlatformUnavailable):
            raise
        except PlatformError as error:
            raise PlatformUnavailable(str(error), after=AGAIN) from error
        if rotated is None:
            raise PlatformUnavailable("Slack has given no token", after=AGAIN)
        await self._keep(kept, rotated)
        return rotated

    async def _rotation(self, kept: KeptInstallation) -> Installation | None:
        try:
            return await self._rotator.perform_token_rotation(
                installation=kept.installation, minutes_before_expiration=EARLY
            )
        except SlackTokenRotationError as error:
            raise error.api_error from None

    async def _keep(self, kept: KeptInstallation, rotated: Installation) -> None:
        """Keep what Slack won't tell again; tried for as long as no other process rotates."""
        for _ in range(int(LEASE / PACE)):
            try:
                await self._store.replace(kept, rotated)
            except (BotoCoreError, ClientError) as error:
                _log.warning("rotated tokens are not kept yet: %s", type(error).__name__)
                await asyncio.sleep(PACE)
            else:
                return
        _log.error("the rotated tokens of %s are lost: install the app there again", kept.key)

    async def _release(self, kept: KeptInstallation) -> None:
        try:
            await self._store.release(kept)
        except (BotoCoreError, ClientError) as error:
            _log.warning("a lease ends by its time alone: %s", type(error).__name__)
