"""The chat service's application as it is put together, without anybody listening or answering."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bizassist import service
from bizassist.settings.parameters import Parameters
from bizassist.settings.process import read_process

PLATFORMS = {
    "SLACK_SIGNING_SECRET": "none",
    "SLACK_BOT_TOKEN": "xoxb-none",
    "BIZASSIST_TEAMS_ANONYMOUS": "true",
    "BIZASSIST_PUBLIC_URL": "https://bizassist.example",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
}


async def chat_application(patch: pytest.MonkeyPatch) -> web.Application:
    """What would listen, with every platform switched on."""
    applications: list[web.Application] = []

    @asynccontextmanager
    async def capture(app: web.Application, *_: object) -> AsyncIterator[None]:
        applications.append(app)
        yield

    @asynccontextmanager
    async def nothing(*_: object) -> AsyncIterator[None]:
        yield

    for name, value in PLATFORMS.items():
        patch.setenv(name, value)
    patch.setattr(service, "_listening", capture)
    patch.setattr(service, "_consuming", nothing)
    known: Any = dict.fromkeys(Parameters.model_fields, "https://none.invalid/none")
    async with service.chat_service(read_process(), Parameters.model_construct(**known)):
        (app,) = applications
    return app


def routes(app: web.Application) -> set[tuple[str, str]]:
    """Every method and path; that HEAD answers like GET goes without saying."""
    return {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.method != "HEAD" and route.resource
    }
