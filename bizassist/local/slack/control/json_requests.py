"""JSON in, JSON out; a refusal is 400 with Slack's word for it."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bizassist.local.slack.errors import SlackError, missing

Handler = Callable[[web.Request], Awaitable[web.Response]]


def refusing(handle: Handler) -> Handler:
    """``handle``, with a refusal as its answer."""

    async def handler(request: web.Request) -> web.Response:
        try:
            return await handle(request)
        except SlackError as error:
            return web.json_response(error.body(), status=400)

    return handler


async def read_object(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request.

    :raises SlackError: ``invalid_json``.
    """
    try:
        value = json.loads(await request.read())
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise SlackError("invalid_json")
    return value


def strings(given: dict[str, Any], *names: str) -> list[str]:
    """The strings that must be there.

    :raises SlackError: ``invalid_arguments``.
    """
    for name in names:
        if not isinstance(given.get(name), str):
            raise missing(name)
    return [given[name] for name in names]
