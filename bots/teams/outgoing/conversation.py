"""One conversation at the Bot Connector: post, update, delete, and open a person's own chat."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from botbuilder.schema import Activity, ConversationParameters
from botframework.connector.aio import ConnectorClient

from bots.teams.errors import CallRefused, CallUnanswered
from bots.teams.incoming.activity import IncomingActivity

TRIES = 3
LONGEST_PAUSE = 10.0

T = TypeVar("T")


class Chat:
    """One conversation. Every call may raise :class:`~bots.teams.errors.CallFailed`.

    :param question: the activity that posts reply to; in a channel they belong to its thread.
    """

    def __init__(
        self, client: ConnectorClient, conversation: str, question: str | None = None
    ) -> None:
        self._calls: Any = client.conversations  # botframework is not typed
        self._conversation = conversation
        self._question = question

    async def post(self, activity: Activity) -> str:
        """Show a new message and return its id."""

        async def once() -> Any:
            if self._question is None:
                return await self._calls.send_to_conversation(self._conversation, activity)
            return await self._calls.reply_to_activity(self._conversation, self._question, activity)

        return _id(await _patiently(once, repeatable=False))

    async def update(self, message: str, activity: Activity) -> None:
        """Make the message show something else; the next update makes good what fails."""
        await self._calls.update_activity(self._conversation, message, activity)

    async def settle(self, message: str, activity: Activity) -> None:
        """Make the message show something else, trying again where that may help."""
        await _patiently(lambda: self.update(message, activity), repeatable=True)

    async def delete(self, message: str) -> None:
        """Take the message away."""
        await self._calls.delete_activity(self._conversation, message)


async def open_personal(client: ConnectorClient, incoming: IncomingActivity) -> Chat:
    """The asker's own chat with the bot, opened when there is none.

    :raises CallRefused: when Teams doesn't let us; the person may not have the bot installed.
    :raises CallUnanswered: when Teams doesn't say.
    """
    calls: Any = client.conversations
    parameters = ConversationParameters(
        is_group=False,
        bot=incoming.activity.recipient,
        members=[incoming.activity.from_property],
        tenant_id=incoming.chat_user.tenant,
        channel_data={"tenant": {"id": incoming.chat_user.tenant}},
    )
    # Opening a chat that is there gives the same chat, so it may be done twice.
    opened = await _patiently(lambda: calls.create_conversation(parameters), repeatable=True)
    return Chat(client, _id(opened))


def _id(answer: Any) -> str:
    if answer is None or not answer.id:
        raise CallRefused("the Bot Connector gave no id")
    return str(answer.id)


async def _patiently(call: Callable[[], Awaitable[T]], *, repeatable: bool) -> T:
    """Call again after a pause while the Bot Connector can't.

    :param repeatable: doing it twice is the same as doing it once.
    """
    for attempt in range(1, TRIES):
        try:
            return await call()
        except CallUnanswered as error:
            if error.taken and not repeatable:
                raise
            await asyncio.sleep(min(error.after or 2.0 ** (attempt - 1), LONGEST_PAUSE))
    return await call()
