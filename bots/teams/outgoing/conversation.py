"""One conversation at the Bot Connector: post, update, delete, and open a person's own chat."""

from typing import Any, ClassVar

from botbuilder.schema import Activity, ConversationParameters
from botframework.connector.aio import ConnectorClient

from bots.errors import (
    DeliveryRefused,
    FormRefused,
    MessageGone,
    MessageTooLong,
    PlatformRefused,
    PlatformUnavailable,
)
from bots.teams.incoming.activity import IncomingActivity
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
        client: ConnectorClient,
        limits: ConversationLimits,
        conversation: str,
        question: str | None = None,
    ) -> None:
        self._limits = limits
        self._calls: Any = client.conversations  # botframework is not typed
        self._conversation = conversation
        self._question = question

    async def send(self, activity: Activity) -> str:
        """Show a new message and return its id, :data:`NO_ID` where Teams gives none."""

        async def once() -> Any:
            if self._question is None:
                return await self._calls.send_to_conversation(self._conversation, activity)
            return await self._calls.reply_to_activity(self._conversation, self._question, activity)

        try:
            return _id(await with_retries(once, self._limits, repeatable=False)) or NO_ID
        except MessageGone:
            if self._question is None:
                raise
            self._question = None  # its asker has deleted it; the conversation is still there
            return await self.send(activity)

    async def post(self, part: int, markdown: str) -> str:
        """Show a new message in Markdown and return its id."""
        del part
        try:
            return await self.send(formatted(markdown))
        except (MessageGone, MessageTooLong):
            raise
        except FormRefused:
            return await self.send(plain(markdown))

    async def update(self, message: str, markdown: str, *, final: bool) -> None:
        """Edit a message; where nothing follows, try again as long as that may help."""
        if message == NO_ID:
            raise MessageGone("the Bot Connector gave no id")
        try:
            await self._edit(message, formatted(markdown), final=final)
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
            await self._calls.delete_activity(self._conversation, message)

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

    async def _edit(self, message: str, activity: Activity, *, final: bool) -> None:
        async def once() -> None:
            await self._calls.update_activity(self._conversation, message, activity)

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
    client = connectors.client(incoming.activity.service_url)
    calls: Any = client.conversations
    tenant = incoming.chat_user.tenant
    parameters = ConversationParameters(
        is_group=False,
        bot=incoming.activity.recipient,
        members=[incoming.activity.from_property],
        tenant_id=tenant,
        channel_data={"tenant": {"id": tenant}},
    )
    # Opening a chat that is there gives the same chat, so it may be done twice.
    opened = await with_retries(
        lambda: calls.create_conversation(parameters),
        connectors.limits.of(tenant, ""),
        repeatable=True,
    )
    if not (chat := _id(opened)):
        raise DeliveryRefused("the Bot Connector gave no id")
    return TeamsConversation(client, connectors.limits.of(tenant, chat), chat)


def _id(answer: Any) -> str:
    return str(answer.id) if answer is not None and answer.id else ""
