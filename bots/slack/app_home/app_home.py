"""What happens when somebody opens the app, or presses a button on its Home tab."""

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from slack_bolt.authorization import AuthorizeResult

from bots.errors import PlatformError
from bots.slack.app_home.home_view import Home, home_view
from bots.slack.app_home.own_memory import OwnMemory
from bots.slack.app_home.recent_answers import RecentAnswer, asked_before, with_answers
from bots.slack.app_home.suggested_prompts import Prompt, suggested_prompts
from bots.slack.incoming.app_opened import AppOpened
from bots.slack.incoming.button_click import FORGET, FORGET_ONE, PAUSE, RESUME, ButtonClick
from bots.slack.name_cache import NameCache
from bots.slack.outgoing.web_api import WebApi
from bots.text_commands.execution import TextCommands
from identity.errors import IdentityError, MemoryUnavailable
from identity.links import Link
from identity.people import ChatUser

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AppHome:
    """Shows the Home tab and the suggested prompts, and acts on the tab's buttons.

    :param identity: whose bot this is.
    """

    api: WebApi
    names: NameCache
    words: TextCommands
    memory: OwnMemory
    identity: Callable[[], Awaitable[AuthorizeResult]]

    async def opened(self, opened: AppOpened, notice: str = "") -> None:
        """Show what is current; who opens the app again sees what could not be shown now.

        :param notice: what the person is told of what they have just done.
        """
        try:
            account = await self.names.account(opened.tenant, opened.user)
            if account.standing != "person":
                _log.info("the app was opened by nobody of this company")
            elif opened.tab == "home":
                await self._publish(opened.chat_user, opened.channel, notice)
            elif opened.tab == "messages":
                await self._suggest(opened.chat_user, opened.channel)
        except PlatformError as error:
            _log.warning("what %s opened can't be shown: %s", opened.chat_user.user, error)

    async def clicked(self, click: ButtonClick) -> None:
        """Do what a button of the Home tab says, and show the tab as it is then."""
        try:
            notice = await self._act_on(click)
        except IdentityError as error:
            _log.warning("%s could not be done: %s", click.action, error)
            notice = error.sentence
        channel = await self.api.direct_channel(click.user)
        opened = AppOpened(click.tenant, click.user, channel, "home", click.clicked)
        await self.opened(opened, notice)

    async def _act_on(self, click: ButtonClick) -> str:
        """What its person is told of it; empty where the tab itself shows it."""
        link = await self.words.links.active(click.chat_user)
        if link is None:
            return ""
        match click.action:
            case _ if click.action == FORGET:
                return await self.words.forget_everything(click.chat_user)
            case _ if click.action == FORGET_ONE:
                asked = json.loads(click.value)
                await self.memory.forget(link, str(asked["record"]), str(asked["namespace"]))
            case _ if click.action in {PAUSE, RESUME}:
                await self.memory.set_paused(link, paused=click.action == PAUSE)
        return ""

    async def _publish(self, chat_user: ChatUser, channel: str, notice: str) -> None:
        home = replace(await self._home(chat_user, channel), notice=notice)
        await self.api.publish_home(chat_user.user, home_view(home))

    async def _home(self, chat_user: ChatUser, channel: str) -> Home:
        link = await self.words.links.active(chat_user)
        if link is None:
            account = await self.names.account(chat_user.tenant, chat_user.user)
            names = await self.names.names(chat_user.tenant, account)
            return Home(sign_in=await self.words.link_url(chat_user, names))
        asked = await self._asked(chat_user, channel)
        memories, paused = None, False
        try:
            paused = await self.memory.is_paused(link)
            memories = await self.memory.remembered(link)
        except MemoryUnavailable as error:
            _log.warning("the Home tab shows no memory: %s", error)
        return Home(
            account=link.account,
            prompts=await self._prompts(link, asked),
            answers=await self._answered(asked),
            memories=memories,
            paused=paused,
            page=f"{self.words.public_url}/me",
            workspace_url=(await self.identity()).url or "https://slack.com/",
        )

    async def _suggest(self, chat_user: ChatUser, channel: str) -> None:
        link = await self.words.links.active(chat_user)
        asked = await self._asked(chat_user, channel) if link else []
        prompts = await self._prompts(link, asked)
        listed = [{"title": one.title, "message": one.message} for one in prompts]
        await self.api.suggest_prompts(channel, listed)

    async def _prompts(self, link: Link | None, asked: Sequence[RecentAnswer]) -> list[Prompt]:
        groups: Sequence[str] = ()
        if link is not None:
            try:
                groups = await self.memory.groups(link)
            except IdentityError as error:
                _log.warning("somebody's groups can't be told: %s", error)
        return suggested_prompts(groups, [one.question for one in asked])

    async def _asked(self, chat_user: ChatUser, channel: str) -> list[RecentAnswer]:
        try:
            return await asked_before(self.api, channel, chat_user.user)
        except PlatformError as error:
            _log.warning("what somebody asked last can't be read: %s", error)
            return []

    async def _answered(self, asked: Sequence[RecentAnswer]) -> Sequence[RecentAnswer]:
        try:
            return await with_answers(self.api, asked)
        except PlatformError as error:
            _log.warning("what somebody was answered last can't be read: %s", error)
            return ()
