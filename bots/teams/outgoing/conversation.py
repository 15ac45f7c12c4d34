"""One conversation at the Bot Connector: post, update, delete, and open a person's own chat."""

from collections.abc import Mapping
from typing import ClassVar

from bots.answer.markdown.threaded_rendering import rendered
from bots.errors import (
    DeliveryRefused,
    FormRefused,
    MessageGone,
    MessageTooLong,
    PlatformRefused,
    PlatformUnavailable,
)
from bots.teams.incoming.activity import IncomingActivity
from bots.teams.outgoing.bot_connector import BotConnector
from bots.teams.outgoing.call_retries import noting_refusals, with_retries
from bots.teams.outgoing.connector_clients import Connectors
from bots.teams.outgoing.message import NOTHING_MORE, PIECE, formatted, plain
from bots.teams.outgoing.rate_limits import ConversationLimits

NO_ID = "-"
"""In place of a message's id: Teams took the message and didn't say how it is called."""


class TeamsConversation:
    """Implements :class:`bots.answer.answer_messages.MessageChannel`.

    Teams keeps no marker by which a post could be found again.

    :param limits: the conversation's.
    :param question: the activity that posts reply to; in a channel they belong to its thread.
    """

    limit: ClassVar = PIECE
    finds_posts: ClassVar = False
    # One message is enough to follow; the final answer may take several.
    edited_while_written: ClassVar[int | None] = 1

    def __init__(
        self,
        connector: BotConnector,
        limits: ConversationLimits,
        conversation: str,
        question: str | None = None,
    ) -> None:
        self._limits = limits
        self._connector = connector
        self._conversation = conversation
        self._question = question

    async def send(self, activity: Mapping[str, object]) -> str:
        """Show a new message and return its id, :data:`NO_ID` where Teams gives none."""

        async def once() -> str:
            return await self._connector.post(self._conversation, activity, reply_to=self._question)

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
        try:
            return await self.send(await rendered(formatted, markdown))
        except (MessageGone, MessageTooLong):
            raise
        except FormRefused:
            return await self.send(plain(markdown))

    async def update(self, message: str, markdown: str, *, final: bool) -> None:
        """Edit a message; where nothing follows, try again as long as that may help."""
        if message == NO_ID:
            raise MessageGone("the Bot Connector gave no id")
        try:
            await self._edit(message, await rendered(formatted, markdown), final=final)
        except (MessageGone, MessageTooLong):
            raise
        except FormRefused:
            await self._edit(message, plain(markdown), final=final)

    async def delete(self, message: str) -> None:
        """Take the message away; where Teams keeps it, it says nothing any more.

        :raises PlatformUnavailable: when it can't be done now.
        """
        if message == NO_ID:
            return

        async def once() -> None:
            await self._connector.delete(self._conversation, message)

        try:
            await with_retries(once, self._limits, repeatable=True)
        except MessageGone:
            return
        except PlatformRefused:
            await self._edit(message, plain(NOTHING_MORE), final=True)

    async def find(self, part: int) -> str | None:
        """Nothing, ever."""
        del part
        return None

    async def _edit(self, message: str, activity: Mapping[str, object], *, final: bool) -> None:
        async def once() -> None:
            await self._connector.update(self._conversation, message, activity)

        if final:
            await with_retries(once, self._limits, repeatable=True)
        elif wait := self._limits.draft_wait():
            raise PlatformUnavailable("the edits of this moment are spent", after=wait)
        else:
            await noting_refusals(once, self._limits)


def conversation_of(connectors: Connectors, incoming: IncomingActivity) -> TeamsConversation:
    """The conversation where a question was asked."""
    return TeamsConversation(
        connectors.client(incoming.activity.service_url),
        connectors.limits.of(incoming.chat_user.tenant, incoming.conversation),
        incoming.conversation,
        incoming.activity.id,
    )


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
