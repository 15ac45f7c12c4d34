"""Teams, put together: the address that it calls, and the platform that answers there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bots.connected_platform import ConnectedPlatform
from bots.platform import Accept
from bots.teams.incoming.endpoint import TeamsEdge
from bots.teams.invokes import Invokes
from bots.teams.platform import teams_platform
from bots.teams.registration import TeamsApp
from bots.teams.service_parts import ServiceParts


@asynccontextmanager
async def teams(
    app: TeamsApp, accept: Accept, parts: ServiceParts, connections: int
) -> AsyncIterator[ConnectedPlatform]:
    """Teams as a platform, with its connections, while the block runs.

    :param accept: puts a verified activity into the inbox.
    :param parts: what people's clicks and words act on.
    :param connections: how many there are at the same time.
    """
    async with teams_platform(app, parts, connections=connections) as platform:
        invokes = Invokes(accept, parts, platform.has_own_chat)
        edge = TeamsEdge(app, accept, invokes.respond, parts.note_edit)
        yield ConnectedPlatform("teams", platform, edge.routes())
