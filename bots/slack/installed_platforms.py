"""Slack in several workspaces: each installation is a platform of its own, with its own token."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import ClassVar

from ag_ui.core import Interrupt

from bots.errors import InboxUnavailable, InstallationRefused, PlatformUnavailable
from bots.platform import Accepted, Answer, Receipt, ReplyStream, Turn
from bots.slack.beside_queue.payload_fields import Payload
from bots.slack.incoming.installation_key import installation_key, stored_installation
from bots.slack.incoming.message_shortcut import Shortcut
from bots.slack.installations.bot_tokens import NOT_INSTALLED, BotTokens
from bots.slack.platform import SlackPlatform

_log = logging.getLogger(__name__)


class InstalledPlatforms:
    """Implements :class:`bots.platform.Platform`: leads each event to its installation's.

    Every call may raise :class:`~bots.errors.InstallationRefused` where the app isn't installed.

    :param make: the platform of an installation, by its token.
    :param own_token: of the workspace that the service was given a token for; empty without one.
    :param tokens: None where there are no other installations.
    """

    can_approve: ClassVar = True

    def __init__(
        self,
        make: Callable[[str], SlackPlatform],
        own_token: str,
        tokens: BotTokens | None,
    ) -> None:
        self._make = make
        self._own = make(own_token) if own_token else None
        self._own_ids: frozenset[str] = frozenset()
        self._tokens = tokens
        self._made: dict[str, tuple[str, SlackPlatform]] = {}

    async def of(self, key: str) -> SlackPlatform:
        """The platform of an installation.

        :param key: :func:`~bots.slack.incoming.installation_key.installation_key`.
        """
        if self._tokens is None and self._own is not None:
            return self._own  # whatever the payload says: there is one workspace
        if self._own is not None and key in await self._ids_of(self._own):
            return self._own
        if self._tokens is None or not key:
            raise InstallationRefused(f"no installation of {key}", word=NOT_INSTALLED)
        token = await self._tokens.token(key)
        known = self._made.get(key)
        if known is None or known[0] != token:
            known = self._made[key] = token, self._make(token)
        return known[1]

    async def dispatch(self, accepted: Accepted, answer: Answer) -> None:
        """As the installation's platform does it."""
        await (await self._for(accepted)).dispatch(accepted, answer)

    async def ask_to_link(self, turn: Turn, url: str) -> None:
        """Show the asker, and nobody else, a button that leads to ``url``."""
        await (await self._for(turn.accepted)).ask_to_link(turn, url)

    async def check_installation(self, tenant: str) -> None:
        """Return when Slack takes the token of the tenant's installation (auth.test)."""
        key = tenant if self._tokens is None else await self._tokens.any_within(tenant)
        await self.check(key)

    async def check(self, key: str) -> None:
        """Return when Slack takes the token of an installation."""
        await (await self.of(key)).check_installation(key)

    async def is_installed(self, key: str) -> bool:
        """Whether Slack takes a token of ours for just this installation.

        :raises PlatformError: when it doesn't say.
        """
        try:
            if self._tokens is None and self._own and key not in await self._ids_of(self._own):
                return False
            await self.check(key)
        except InstallationRefused:
            return False
        return True

    def reply(self, turn: Turn, receipt: Receipt) -> AbstractAsyncContextManager[ReplyStream]:
        """Open the turn's visible message, or continue the one ``receipt`` names."""
        return self._reply(turn, receipt)

    async def ask_approval(self, turn: Turn, interrupts: Sequence[Interrupt]) -> None:
        """Ask the asker alone, once a turn, for all the calls that wait."""
        await (await self._for(turn.accepted)).ask_approval(turn, interrupts)

    async def notify(self, turn: Turn, sentence: str) -> None:
        """Tell the asker, and nobody else, one sentence."""
        await (await self._for(turn.accepted)).notify(turn, sentence)

    async def open_form(self, shortcut: Shortcut) -> None:
        """Open the form of a shortcut."""
        await (await self.of(shortcut.installation)).open_form(shortcut)

    async def act(self, payload: Payload) -> bool:
        """Whether something was done at once; where the app isn't installed nothing more is.

        :raises InboxUnavailable: when Slack shall send it again.
        """
        if not _may_act(payload):
            return False
        try:
            platform = await self.of(installation_key(payload))
        except InstallationRefused as error:
            _log.warning("nothing is done about what comes: %s", error)
            return True
        except PlatformUnavailable as error:
            raise InboxUnavailable(str(error)) from error
        return await platform.acts.take(payload)

    @asynccontextmanager
    async def _reply(self, turn: Turn, receipt: Receipt) -> AsyncIterator[ReplyStream]:
        platform = await self._for(turn.accepted)
        async with platform.reply(turn, receipt) as reply:
            yield reply

    async def _for(self, accepted: Accepted) -> SlackPlatform:
        return await self.of(stored_installation(accepted.body))

    async def _ids_of(self, own: SlackPlatform) -> frozenset[str]:
        if not self._own_ids:
            self._own_ids = await own.ids()
        return self._own_ids


def _may_act(payload: Payload) -> bool:
    """Whether it can be anything but a question: those come often, and wait for no token here."""
    event = payload.get("event")
    kind = event.get("type") if isinstance(event, Mapping) else None
    return payload.get("type") != "event_callback" or kind == "agent_session_stopped"
