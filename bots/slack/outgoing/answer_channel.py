"""Where one answer is shown in Slack: a direct message, or a channel's thread."""

import logging
from typing import ClassVar

from bots.answer.markdown.threaded_rendering import rendered
from bots.errors import FormRefused, MessageGone
from bots.slack.incoming.payloads import IncomingMessage
from bots.slack.outgoing.message import LARGE_PIECE, PIECE, Content, content, plain_content
from bots.slack.outgoing.web_api import WebApi

_log = logging.getLogger(__name__)


class SlackChannel:
    """Implements :class:`bots.answer.answer_messages.MessageChannel`.

    :param turn: what the markers of its posts are derived from.
    """

    limit: ClassVar = PIECE
    finds_posts: ClassVar = True
    edited_while_written: ClassVar[int | None] = None

    def __init__(self, api: WebApi, incoming: IncomingMessage, turn: str) -> None:
        self._api = api
        self._incoming = incoming
        self._turn = turn

    async def post(self, part: int, markdown: str) -> str:
        """Post a message that :meth:`find` can find; its id is its timestamp."""
        try:
            return await self._post(part, await rendered(content, markdown))
        except FormRefused as error:
            _log.warning("a message is posted as plain text: %s", error)
            return await self._post(part, await rendered(plain_content, markdown))

    async def update(self, message: str, markdown: str, *, final: bool) -> None:
        """Edit a message."""
        place = self._incoming.channel
        try:
            await self._api.update(place, message, await rendered(content, markdown), final=final)
        except MessageGone:
            raise
        except FormRefused as error:
            _log.warning("a message is edited as plain text: %s", error)
            await self._api.update(
                place, message, await rendered(plain_content, markdown), final=final
            )

    async def delete(self, message: str) -> None:
        """Delete a message."""
        await self._api.delete(self._incoming.channel, message)

    async def find(self, part: int) -> str | None:
        """The post with this part's marker; no message of an answer is older than its question."""
        return await self._api.find(
            self._incoming.channel,
            self._marker(part),
            thread=self._incoming.thread,
            since=self._incoming.ts,
        )

    async def _post(self, part: int, message: Content) -> str:
        return await self._api.post(
            self._incoming.channel,
            message,
            thread=self._incoming.thread,
            marker=self._marker(part),
        )

    def _marker(self, part: int) -> str:
        return f"{self._turn}/{part}"


class DirectMessageChannel(SlackChannel):
    """Where a private answer is shown that isn't edited while it is written: in large pieces."""

    limit: ClassVar = LARGE_PIECE
