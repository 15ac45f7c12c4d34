"""One conversation at the Bot Connector: post, update, delete, and open a person's own chat."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import ClassVar, TypeVar

from bots.answer.answer_messages import CONTINUED
from bots.answer.markdown.threaded_rendering import rendered
from bots.errors import (
    DeliveryRefused,
    FormRefused,
    MessageGone,
    MessageTooLong,
    PlatformError,
    PlatformRefused,
    PlatformUnavailable,
)
from bots.teams.incoming.activity import IncomingActivity
from bots.teams.outgoing.bot_connector import BotConnector, Json
from bots.teams.outgoing.call_retries import noting_refusals, with_retries
from bots.teams.outgoing.connector_clients import Connectors
from bots.teams.outgoing.content.dressing import Dressing
from bots.teams.outgoing.message import NOTHING_MORE, PIECE, STOP, formatted, plain
from bots.teams.outgoing.rate_limits import ConversationLimits

NO_ID = "-"
"""In place of a message's id: Teams took the message and didn't say how it is called."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


class TeamsConversation:
    """Implements :class:`bots.answer.answer_messages.MessageChannel`.

    Teams keeps no marker by which a post could be found again.

    :param limits: the conversation's.
    :param question: the activity that posts reply to; in a channel they belong to its thread.
    :ivar id: the conversation's.
    :ivar target: who alone sees what is said there; None for everybody.
    :ivar dressing: what stands around the messages that are shown from now on.
    """

    limit: ClassVar = PIECE
    finds_posts: ClassVar = False
    # One message is enough to follow; the final answer may take several.
    edited_while_written: ClassVar[int | None] = 1
    dressing: Dressing | None = None
    target: Json | None = None

    def __init__(
        self,
        connector: BotConnector,
        limits: ConversationLimits,
        conversation: str,
        question: str | None = None,
    ) -> None:
        self.id = conversation
        self._limits = limits
        self._connector = connector
        self._question = question

    async def send(self, activity: Mapping[str, object]) -> str:
        """Show a new message and return its id, :data:`NO_ID` where Teams gives none."""

        async def once() -> str:
            return await self._connector.post(
                self.id,
                {**activity, "recipient": self.target} if self.target else activity,
                reply_to=self._question,
                targeted=self.target is not None,
            )

        try:
            return await with_retries(once, self._limits, repeatable=False) or NO_ID
        except MessageGone:
            if self._question is None:
                raise
            self._question = None  # its asker has deleted it; the conversation is still there
            return await self.send(activity)

    async def post(self, part: int, markdown: str) -> str:
        """Show a new message in Markdown and return its id."""
        del part
        return await self._in_a_form(markdown, self.send)

    async def update(self, message: str, markdown: str, *, final: bool) -> None:
        """Edit a message; where nothing follows, try again as long as that may help."""
        if message == NO_ID:
            raise MessageGone("the Bot Connector gave no id")

        async def edit(form: Json) -> None:
            await self._edit(message, form, final=final)

        await self._in_a_form(markdown, edit)

    async def show_instead(self, message: str, activity: Json) -> None:
        """Let a message of ours show something else."""
        await self._edit(message, activity, final=True)

    async def delete(self, message: str) -> None:
        """Take the message away; where Teams keeps it, it says nothing any more.

        :raises PlatformUnavailable: when it can't be done now.
        """
        if message == NO_ID:
            return

        async def once() -> None:
            await self._connector.delete(self.id, message, targeted=self.target is not None)

        try:
            await with_retries(once, self._limits, repeatable=True)
        except MessageGone:
            return
        except PlatformRefused:
            await self._edit(message, plain(NOTHING_MORE), final=True)

    async def show_typing(self) -> None:
        """Show that somebody writes; nobody misses it where that fails or there is no room."""
        if self.target or self._limits.draft_wait():
            return
        try:
            await noting_refusals(
                lambda: self._connector.post(self.id, {"type": "typing"}), self._limits
            )
        except PlatformError as error:
            _log.info("typing isn't shown: %s", error)

    async def _in_a_form(self, markdown: str, show: Callable[[Json], Awaitable[T]]) -> T:
        *forms, last = await self.forms(markdown)
        for form in forms:
            try:
                return await show(form)
            except (MessageGone, MessageTooLong):
                raise
            except FormRefused as error:
                _log.warning("a message isn't taken in this form: %s", error)
        return await show(last)

    async def forms(self, markdown: str) -> list[Json]:
        """The message in the forms in which Teams may take it, the best one first."""
        return await rendered(self._forms, markdown)

    def _forms(self, markdown: str) -> list[Json]:
        forms = [formatted(markdown), plain(markdown)]
        if self.dressing is None or markdown == CONTINUED:
            return forms
        return [self.dressing.message(markdown), *forms]

    async def find(self, part: int) -> str | None:
        """Nothing, ever."""
        del part
        return None

    def stoppable(self, sentence: str) -> str:
        """The sentence, with the word that ends what is tried."""
        return f"{sentence} {STOP}"

    async def _edit(self, message: str, activity: Mapping[str, object], *, final: bool) -> None:
        async def once() -> None:
            await self._connector.update(
                self.id, message, activity, targeted=self.target is not None
            )

        if final:
            await with_retries(once, self._limits, repeatable=True)
        elif wait := self._limits.draft_wait():
            raise PlatformUnavailable("the edits of this moment are spent", after=wait)
        else:
            await noting_refusals(once, self._limits)


def conversation_of(connectors: Connectors, incoming: IncomingActivity) -> TeamsConversation:
    """The conversation where a question was asked; who asks there alone is answered so too."""
    place = TeamsConversation(
        connectors.client(incoming.activity.service_url),
        connectors.limits.of(incoming.chat_user.tenant, incoming.conversation),
        incoming.conversation,
        incoming.question,
    )
    if incoming.targeted:
        place.target = _account(incoming)
    return place


def targeted_at(connectors: Connectors, incoming: IncomingActivity) -> TeamsConversation:
    """The conversation where a question was asked, as its asker alone sees it."""
    place = conversation_of(connectors, incoming)
    place.target = _account(incoming)
    return place


def _account(incoming: IncomingActivity) -> Json:
    asker = incoming.activity.from_property
    return {"id": asker.id, "name": asker.name, "isTargeted": True}


async def open_personal(connectors: Connectors, incoming: IncomingActivity) -> TeamsConversation:
    """The asker's own chat with the bot, opened when there is none.

    :raises PlatformRefused: when Teams doesn't let us; the person may not have the bot installed.
    :raises PlatformUnavailable: when Teams doesn't say.
    """
    connector = connectors.client(incoming.activity.service_url)
    tenant = incoming.chat_user.tenant
    parameters = {
        "isGroup": False,
        "bot": {"id": incoming.activity.recipient.id, "name": incoming.activity.recipient.name},
        "members": [{"id": incoming.activity.from_property.id}],
        "tenantId": tenant,
        "channelData": {"tenant": {"id": tenant}},
    }
    # Opening a chat that is there gives the same chat, so it may be done twice.
    new = connectors.limits.of(tenant, "")
    if not (chat := await with_retries(lambda: connector.open(parameters), new, repeatable=True)):
        raise DeliveryRefused("the Bot Connector gave no id")
    return TeamsConversation(connector, connectors.limits.of(tenant, chat), chat)
