"""The platform and the Bot Connector's double over real HTTP."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bots.teams.outgoing.answer.replies import Pace
from bots.teams.outgoing.connector_clients import Connectors
from bots.teams.platform import TeamsPlatform
from bots.teams.registration import TeamsApp
from tests.bots.teams.connector import TOKEN, Connector
from tests.bots.teams.connector_clock import Clock
from tests.bots.teams.service_parts import Parts
from tests.bots.teams.teams_client import APP_ID, TeamsClient


async def _token() -> str:
    return TOKEN


@pytest.fixture
async def teams() -> AsyncIterator[TeamsClient]:
    # These tests go at so many times Teams' pace.
    parts = Parts()
    connector = Connector(clock=Clock(rate=10_000), stream_pace=0.01)
    async with TestServer(connector.application()) as server, aiohttp.ClientSession() as http:
        app = TeamsApp(app_id=APP_ID, app_password="password")
        pace = Pace(edits=0.02, stream=0.02, apart=0.011)
        connectors = Connectors(http, _token, connector.clock.now)
        platform = TeamsPlatform(app, connectors, pace, parts.for_teams())
        yield TeamsClient(connector, platform, str(server.make_url("/teams/")), parts)


@pytest.fixture
def not_streamed(teams: TeamsClient) -> None:
    """Teams lets this bot stream nothing, so that messages are edited in personal chats too."""
    teams.connector.streaming = False
