"""The platform and the Bot Connector's double over real HTTP."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from bots.teams.outgoing.connector_clients import Connectors
from bots.teams.platform import TeamsPlatform
from bots.teams.registration import TeamsApp
from tests.bots.teams.connector import TOKEN, Connector
from tests.bots.teams.connector_clock import Clock
from tests.bots.teams.teams_client import APP_ID, TeamsClient


async def _token() -> str:
    return TOKEN


@pytest.fixture
async def teams() -> AsyncIterator[TeamsClient]:
    connector = Connector(clock=Clock(rate=10_000))  # these tests go at so many times Teams' pace
    async with TestServer(connector.application()) as server, aiohttp.ClientSession() as http:
        app = TeamsApp(app_id=APP_ID, app_password="password")
        connectors = Connectors(http, _token, connector.clock.now)
        platform = TeamsPlatform(app, connectors, pace=0.02)
        yield TeamsClient(connector, platform, str(server.make_url("/teams/")))
