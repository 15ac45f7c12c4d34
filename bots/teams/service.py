"""Teams, put together: the address that it calls, and the platform that answers there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bots.connected_platform import ConnectedPlatform
from bots.platform import Accept
from bots.teams.incoming.endpoint import TeamsEdge
from bots.teams.platform import teams_platform
from bots.teams.registration import TeamsApp


@asynccontextmanager
async def teams(
    app: TeamsApp, accept: Accept, connections: int
) -> AsyncIterator[ConnectedPlatform]:
    """Teams as a platform, with its connections, while the block runs.

    :param accept: puts a verified activity into the inbox.
    :param connections: how many there are at the same time.
    """
    async with teams_platform(app, connections=connections) as platform:
        yield ConnectedPlatform("teams", platform, TeamsEdge(app, accept).routes())
