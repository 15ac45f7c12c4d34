"""Slack, put together: the addresses that it calls, or our connection, and what answers there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bots.connected_platform import ConnectedPlatform
from bots.platform import Accept
from bots.slack.incoming.endpoint import Decide, SlackEdge
from bots.slack.incoming.socket_mode import socket_mode
from bots.slack.platform import ServiceParts, slack_platform
from bots.slack.registration import SlackApp
from identity.people import ChatUser


@asynccontextmanager
async def slack(
    app: SlackApp, accept: Accept, decide: Decide, service: ServiceParts, connections: int
) -> AsyncIterator[ConnectedPlatform]:
    """Slack as a platform, with its connections, while the block runs.

    :param accept: puts a verified event into the inbox.
    :param decide: takes a decision about a turn, by the link of who clicked.
    :param service: what the platform needs of the rest of the chat service.
    :param connections: how many there are at the same time.
    """

    async def is_answered(conversation: str, chat_user: ChatUser) -> bool:
        return (await service.notes.read(conversation, chat_user)).answered

    async with slack_platform(
        app.bot_token, app.api_url, service, connections=connections
    ) as platform:
        edge = SlackEdge(
            app.signing_secret,
            accept,
            decide,
            is_answered=is_answered,
            open_form=platform.open_form,
            act=platform.acts.take,
        )
        if not app.app_token:
            yield ConnectedPlatform("slack", platform, edge.routes())
            return
        async with socket_mode(app.app_token, app.api_url, edge):
            yield ConnectedPlatform("slack", platform, ())
