"""The chat service's application as it is put together, without anybody listening or answering."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bizassist.service import ChatService
from bizassist.settings.environment import read_process
from bizassist.settings.parameters import Parameters

PLATFORMS = {
    "SLACK_SIGNING_SECRET": "none",
    "SLACK_BOT_TOKEN": "xoxb-none",
    "MICROSOFT_APP_ID": "00000000-0000-4000-8000-000000000000",
    "MICROSOFT_APP_PASSWORD": "none",
    "BIZASSIST_PUBLIC_URL": "https://bizassist.example",
}
NOWHERE = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
}


async def chat_application(patch: pytest.MonkeyPatch) -> web.Application:
    """What would listen, with every platform switched on."""
    for name, value in NOWHERE.items():
        patch.setenv(name, value)
    known: Any = dict.fromkeys(Parameters.model_fields, "https://none.invalid/none")
    async with put_together(patch, Parameters.model_construct(**known)) as app:
        return app


@asynccontextmanager
async def put_together(
    patch: pytest.MonkeyPatch, deployment: Parameters
) -> AsyncIterator[web.Application]:
    """The application, ready to be asked while the block runs."""
    for name, value in PLATFORMS.items():
        patch.setenv(name, value)
    async with ChatService.open(read_process(), deployment) as service:
        yield service.app


def routes(app: web.Application) -> set[tuple[str, str]]:
    """Every method and path; that HEAD answers like GET goes without saying."""
    return {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.method != "HEAD" and route.resource
    }
