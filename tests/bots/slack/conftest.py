"""Slack's double, the edge and the platform over real HTTP; a list stands where the inbox is."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bizassist.local.slack.clock import Clock
from bizassist.local.slack.server import Settings, application
from bots.slack.beside_queue.acts import Acts
from bots.slack.beside_queue.closed_account import ClosedAccount
from bots.slack.incoming.endpoint import SlackEdge
from bots.slack.platform import installed_platform
from tests.bots.slack.service_parts import Parts
from tests.bots.slack.slack_client import SECRET, TOKEN, SlackClient
from tests.ports import free_port


@pytest.fixture
async def slack() -> AsyncIterator[SlackClient]:
    parts, port, service_port = Parts(), free_port(), free_port()
    slack, service = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{service_port}"
    double = TestServer(application(Settings(slack, service, SECRET, TOKEN)), port=port)
    clock = Clock()
    async with aiohttp.ClientSession() as http, double:
        platform = installed_platform(
            http, TOKEN, f"{slack}/api/", parts.for_slack(), pace=0.01, now=clock.now
        )
        made = SlackClient(http, slack, service, platform, parts, [], clock=clock)
        app = web.Application()
        edge = SlackEdge(
            SECRET,
            made.accept,
            made.decide,
            is_answered=made.is_answered,
            open_form=platform.open_form,
            act=Acts([ClosedAccount(parts.account.close).take, platform.acts.take]).take,
        )
        app.add_routes(edge.routes())
        async with TestServer(app, port=service_port):
            yield made
