"""Telling one person something that nobody else sees."""

from bots.slack.incoming.payloads import Asked
from bots.slack.outgoing.message import Content
from bots.slack.outgoing.response_url import ResponseUrlClosed, ResponseUrls
from bots.slack.outgoing.web_api import WebApi


class Private:
    """The way to the asker alone, wherever they asked."""

    def __init__(self, api: WebApi, responses: ResponseUrls) -> None:
        self._api = api
        self._responses = responses

    async def tell(self, asked: Asked, message: Content) -> None:
        """Show ``message`` to the person who asked: where they are, or else by direct message.

        Never in a channel, not even as an ephemeral post: Slack may drop one silently, or show it
        outside of its thread.
        """
        if asked.kind == "command":
            try:
                await self._responses.send(asked.response_url, message)
            except ResponseUrlClosed:
                await self._by_direct_message(asked, message)
        elif asked.kind == "direct":
            await self._api.post(asked.channel, message, thread=asked.thread)
        else:
            await self._by_direct_message(asked, message)

    async def turn_away(self, asked: Asked, message: Content) -> None:
        """Answer somebody from another company, whom we may not be able to write to directly."""
        if asked.kind == "mention":
            await self._api.whisper(asked.channel, asked.user, message, asked.thread)
        else:
            await self.tell(asked, message)

    async def _by_direct_message(self, asked: Asked, message: Content) -> None:
        channel = await self._api.direct_channel(asked.user)
        await self._api.post(channel, message)
