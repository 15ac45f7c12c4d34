"""Telling one person something that nobody else sees."""

from bots.errors import ResponseUrlClosed
from bots.slack.incoming.payloads import IncomingMessage
from bots.slack.outgoing.message import Content
from bots.slack.outgoing.response_url import ResponseUrls
from bots.slack.outgoing.web_api import WebApi


class PrivateMessages:
    """The way to the asker alone, wherever they asked."""

    def __init__(self, api: WebApi, responses: ResponseUrls) -> None:
        self._api = api
        self._responses = responses

    async def send(self, incoming: IncomingMessage, message: Content) -> None:
        """Show ``message`` to the person who asked: where they are, or else by direct message.

        Never in a channel, not even as an ephemeral post: Slack may drop one silently, or show it
        outside of its thread.
        """
        if incoming.kind == "command":
            try:
                await self._responses.send(incoming.response_url, message)
            except ResponseUrlClosed:
                await self._by_direct_message(incoming, message)
        elif incoming.kind == "direct":
            await self._api.post(incoming.channel, message, thread=incoming.thread)
        else:
            await self._by_direct_message(incoming, message)

    async def refuse(self, incoming: IncomingMessage, message: Content) -> None:
        """Answer somebody from another company, whom we may not be able to write to directly."""
        if incoming.kind == "mention":
            await self._api.post_ephemeral(
                incoming.channel, incoming.user, message, incoming.thread
            )
        else:
            await self.send(incoming, message)

    async def _by_direct_message(self, incoming: IncomingMessage, message: Content) -> None:
        channel = await self._api.direct_channel(incoming.user)
        await self._api.post(channel, message)
