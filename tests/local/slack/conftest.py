"""A double of Slack of its own for each test."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bizassist.local.slack.server import Settings, application
from tests.local.slack.scene import SECRET, TOKEN, App, Scene
from tests.ports import free_port


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    app, port, app_port = App(), free_port(), free_port()
    service = web.Application()
    service.router.add_post("/{path:.*}", app.handle)
    slack = f"http://127.0.0.1:{port}"
    settings = Settings(slack, f"http://127.0.0.1:{app_port}", SECRET, TOKEN, retries=(0.01, 0.01))
    async with (
        TestServer(service, port=app_port),
        TestServer(application(settings), port=port),
        aiohttp.ClientSession() as http,
    ):
        yield Scene(http, slack, app)
