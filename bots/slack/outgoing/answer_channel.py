"""Where one answer is shown in Slack: a direct message, or a channel's thread."""

from typing import ClassVar

from bots.slack.incoming.payloads import IncomingMessage
from bots.slack.outgoing.message import PIECE, content
from bots.slack.outgoing.web_api import WebApi


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
        return await self._api.post(
            self._incoming.channel,
            content(markdown),
            thread=self._incoming.thread,
            marker=self._marker(part),
        )

    async def update(self, message: str, markdown: str, *, final: bool) -> None:
        """Edit a message."""
        del final  # the API's client repeats an edit in any case
        await self._api.update(self._incoming.channel, message, content(markdown))

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

    def _marker(self, part: int) -> str:
        return f"{self._turn}/{part}"
