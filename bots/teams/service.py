"""Teams, put together: the address that it calls, and the platform that answers there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bots.connected_platform import ConnectedPlatform
from bots.platform import Accept
from bots.teams.incoming.endpoint import TeamsEdge
from bots.teams.platform import teams_platform
from bots.teams.registration import TeamsApp
from bots.turn.service import TurnService


@asynccontextmanager
async def teams(
    app: TeamsApp, accept: Accept, turns: TurnService, connections: int
) -> AsyncIterator[ConnectedPlatform]:
    """Teams as a platform, with its connections, while the block runs.

    :param accept: puts a verified activity into the inbox.
    :param turns: what a person's clicks act on.
    :param connections: how many there are at the same time.
    """
    async with teams_platform(app, turns.runs.stop, connections=connections) as platform:
        yield ConnectedPlatform("teams", platform, TeamsEdge(app, accept).routes())
