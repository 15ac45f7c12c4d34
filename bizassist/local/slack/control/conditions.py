"""The conditions under which the app works here: faults, limits, channels, its token, the time."""

from typing import Any

from aiohttp import web

from bizassist.local.slack.channels import RESTRICTIONS, Channel
from bizassist.local.slack.control.json_requests import Handler, read_object, refusing, strings
from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.events.response_urls import ResponseUrls
from bizassist.local.slack.events.socket_connections import SocketConnections
from bizassist.local.slack.web_api.authorization import REFUSALS, Authorization
from bizassist.local.slack.web_api.faults import Calls, Fault
from bizassist.local.slack.web_api.rate_limits import Limit, RateLimits
from bizassist.local.slack.workspace import Workspace


class Conditions:
    """Routes below ``/double/``, each of which changes one thing until it is changed again."""

    def __init__(
        self,
        workspace: Workspace,
        authorization: Authorization,
        limits: RateLimits,
        calls: Calls,
        urls: ResponseUrls,
        *,
        sockets: SocketConnections,
    ) -> None:
        self._sockets = sockets
        self._workspace = workspace
        self._authorization = authorization
        self._limits = limits
        self._calls = calls
        self._urls = urls

    def routes(self) -> list[web.RouteDef]:
        """The routes, for ``Application.add_routes``."""
        handlers: dict[str, Handler] = {
            "fault": self._fault,
            "rate-limits": self._rate_limits,
            "token": self._token,
            "channel": self._channel,
            "workspace": self._settings,
            "advance": self._advance,
            "expire-responses": self._expire,
            "refresh-sockets": self._refresh,
        }
        return [
            web.post(f"/double/{name}", refusing(handler)) for name, handler in handlers.items()
        ]

    async def _fault(self, request: web.Request) -> web.Response:
        """The fields of a :class:`Fault`."""
        given = await read_object(request)
        try:
            self._calls.faults.append(Fault(**given))
        except TypeError:
            raise SlackError("invalid_arguments") from None
        return web.json_response({})

    async def _rate_limits(self, request: web.Request) -> web.Response:
        """``on``; and ``method`` with its ``limits``, a list of the fields of :class:`Limit`."""
        given = await read_object(request)
        self._limits.on = bool(given.get("on", self._limits.on))
        if "method" in given:
            (method,) = strings(given, "method")
            try:
                self._limits.limits[method] = tuple(Limit(**one) for one in given["limits"])
            except (TypeError, ValueError, KeyError):
                raise SlackError("invalid_arguments") from None
        return web.json_response({})

    async def _token(self, request: web.Request) -> web.Response:
        """``error``: the word with which the app's token is refused; empty when it is taken."""
        (error,) = strings(await read_object(request), "error")
        if error not in {"", *REFUSALS}:
            raise SlackError("invalid_arguments")
        self._authorization.refusal = error
        return web.json_response({})

    async def _channel(self, request: web.Request) -> web.Response:
        """``channel``, and what shall hold there: fields of a :class:`Channel`."""
        given = await read_object(request)
        (name,) = strings(given, "channel")
        channel = self._workspace.channel(name)
        for field, value in given.items():
            if field != "channel":
                _set(channel, field, value)
        return web.json_response({})

    async def _settings(self, request: web.Request) -> web.Response:
        """``edit_window`` in seconds or null; ``quiet_threads_drop_ephemerals``; ``files_read``."""
        given = await read_object(request)
        workspace = self._workspace
        workspace.edit_window = given.get("edit_window", workspace.edit_window)
        workspace.quiet_threads_drop_ephemerals = bool(
            given.get("quiet_threads_drop_ephemerals", workspace.quiet_threads_drop_ephemerals)
        )
        workspace.files_read = bool(given.get("files_read", workspace.files_read))
        return web.json_response({})

    async def _advance(self, request: web.Request) -> web.Response:
        """Let ``seconds`` pass for streams, response URLs, edit windows and rate limits."""
        given = await read_object(request)
        try:
            self._workspace.clock.advance(float(given["seconds"]))
        except (TypeError, ValueError, KeyError):
            raise SlackError("invalid_arguments") from None
        return web.json_response({})

    async def _refresh(self, _: web.Request) -> web.Response:
        """End the connections of Socket Mode."""
        await self._sockets.refresh()
        return web.json_response({})

    async def _expire(self, _: web.Request) -> web.Response:
        self._urls.expire()
        return web.json_response({})


def _set(channel: Channel, field: str, value: Any) -> None:
    if field == "restriction" and value in {"", *RESTRICTIONS}:
        channel.restriction = value
    elif field in {"is_private", "is_archived", "has_app"} and isinstance(value, bool):
        setattr(channel, field, value)
    else:
        raise SlackError("invalid_arguments")
