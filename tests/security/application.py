"""The chat service's application as it is put together, without anybody listening or answering."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import boto3
import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bizassist.service import ChatService
from bizassist.settings.environment import read_process
from bizassist.settings.ssm_parameters import Parameters, read_deployment
from bots.aws import BOUNDED
from tests.conftest import Stack

PREFIX = "/app/bizassist"

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
async def asked_by_nobody(stack: Stack) -> AsyncIterator[tuple[httpx.AsyncClient, web.Application]]:
    """A client that is nobody in particular, of the service as it runs in AWS."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", stack.aws)
        patch.setenv("AWS_DEFAULT_REGION", stack.region)
        patch.setenv("AWS_ACCESS_KEY_ID", "local")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "local")
        deployment = read_deployment(boto3.Session(), PREFIX, BOUNDED)
        async with (
            put_together(patch, deployment) as app,
            TestServer(app, host="127.0.0.1") as server,
            httpx.AsyncClient(base_url=str(server.make_url("")), timeout=20) as nobody,
        ):
            yield nobody, app


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
