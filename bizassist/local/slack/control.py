"""``/double/…``: what a test makes people do here, and what it asks about afterwards."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bizassist.local.slack.errors import SlackError, missing
from bizassist.local.slack.events.person_actions import Acts
from bizassist.local.slack.events.response_urls import ResponseUrls
from bizassist.local.slack.page import view
from bizassist.local.slack.web_api.endpoint import Calls, Fault
from bizassist.local.slack.workspace import PEOPLE, Workspace

Handler = Callable[[web.Request], Awaitable[web.Response]]


class Control:
    """JSON in, JSON out; a refusal is 400 with Slack's word for it."""

    def __init__(self, workspace: Workspace, acts: Acts, calls: Calls, urls: ResponseUrls) -> None:
        self._workspace = workspace
        self._acts = acts
        self._calls = calls
        self._urls = urls

    def routes(self) -> list[web.RouteDef]:
        """The routes, for ``Application.add_routes``."""
        return [
            web.get("/double/people", _refusing(self._people)),
            web.post("/double/command", _refusing(self._command)),
            web.post("/double/message", _refusing(self._message)),
            web.post("/double/click", _refusing(self._click)),
            web.get("/double/view", _refusing(self._view)),
            web.get("/double/calls", _refusing(self._made)),
            web.post("/double/fault", _refusing(self._fault)),
            web.post("/double/expire-responses", _refusing(self._expire)),
        ]

    async def _people(self, _: web.Request) -> web.Response:
        return web.json_response(
            {one.name: {"id": one.id, "dm": one.dm} for one in PEOPLE.values()}
        )

    async def _command(self, request: web.Request) -> web.Response:
        given = await _object(request)
        user, channel = _strings(given, "user", "channel")
        answer = await self._acts.command(user, channel, str(given.get("text", "")))
        return web.json_response({"status": answer.status})

    async def _message(self, request: web.Request) -> web.Response:
        given = await _object(request)
        user, channel, text = _strings(given, "user", "channel", "text")
        message, answer = await self._acts.message(
            user, channel, text, given.get("thread", ""), **given.get("event", {})
        )
        return web.json_response({"ts": message.ts, "status": answer.status})

    async def _click(self, request: web.Request) -> web.Response:
        given = await _object(request)
        user, channel, ts, action = _strings(given, "user", "channel", "ts", "action")
        answer = await self._acts.click(user, channel, ts, action)
        return web.json_response({"status": answer.status})

    async def _view(self, request: web.Request) -> web.Response:
        user, channel = _strings(dict(request.query), "user", "channel")
        shown = view.seen(self._workspace, user, channel)
        return web.json_response({"messages": view.as_json(shown)})

    async def _made(self, _: web.Request) -> web.Response:
        return web.json_response({"calls": self._calls.made})

    async def _fault(self, request: web.Request) -> web.Response:
        given = await _object(request)
        try:
            self._calls.faults.append(Fault(**given))
        except TypeError:
            raise SlackError("invalid_arguments") from None
        return web.json_response({})

    async def _expire(self, _: web.Request) -> web.Response:
        self._urls.expire()
        return web.json_response({})


def _refusing(handle: Handler) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        try:
            return await handle(request)
        except SlackError as error:
            return web.json_response(error.body(), status=400)

    return handler


async def _object(request: web.Request) -> dict[str, Any]:
    try:
        value = json.loads(await request.read())
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise SlackError("invalid_json")
    return value


def _strings(given: dict[str, Any], *names: str) -> list[str]:
    for name in names:
        if not isinstance(given.get(name), str):
            raise missing(name)
    return [given[name] for name in names]
