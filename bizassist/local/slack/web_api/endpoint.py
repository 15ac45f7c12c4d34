"""``/api/{method}``: who calls, what with, and Slack's answer, each call written down."""

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.web_api import chat, lookups, views
from bizassist.local.slack.web_api.arguments import Arguments
from bizassist.local.slack.web_api.authorization import Authorization
from bizassist.local.slack.web_api.faults import Calls, ConnectionBroken
from bizassist.local.slack.web_api.rate_limits import RateLimits
from bizassist.local.slack.web_api.streaming import sessions, streams
from bizassist.local.slack.workspace import Workspace

Method = Callable[[Workspace, Arguments], dict[str, Any]]

METHODS: dict[str, Method] = {
    "agents.sessions.rename": sessions.rename,
    "agents.sessions.setStatus": sessions.set_status,
    "assistant.threads.setSuggestedPrompts": views.set_suggested_prompts,
    "assistant.threads.setStatus": lookups.set_status,
    "auth.test": lookups.auth_test,
    "chat.appendStream": streams.append,
    "chat.delete": chat.delete,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.postMessage": chat.post_message,
    "chat.startStream": streams.start,
    "chat.stopStream": streams.stop,
    "chat.update": chat.update,
    "conversations.history": lookups.conversations_history,
    "conversations.info": lookups.conversations_info,
    "conversations.open": lookups.conversations_open,
    "conversations.replies": lookups.conversations_replies,
    "reactions.add": lookups.reactions_add,
    "team.info": lookups.team_info,
    "users.info": lookups.users_info,
    "views.open": views.open_,
    "views.publish": views.publish,
}


class WebApi:
    """Answers calls as the bot of the workspace whose token they carry.

    :param workspaces: by their ids.
    """

    def __init__(
        self,
        workspaces: Mapping[str, Workspace],
        authorization: Authorization,
        limits: RateLimits,
        calls: Calls,
    ) -> None:
        self._workspaces = workspaces
        self._authorization = authorization
        self._limits = limits
        self._calls = calls

    def routes(self) -> list[web.RouteDef]:
        """The routes, for ``Application.add_routes``."""
        return [web.post("/api/{method}", self._call), web.get("/api/{method}", self._call)]

    async def _call(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        given = Arguments({})
        try:
            given = await Arguments.of(request)
            workspace = self._workspaces[self._authorization.check(request, given).id]
            answer: dict[str, Any] = {"ok": True, **await self._answer(name, workspace, given)}
            status, headers = 200, {}
        except SlackError as error:
            answer, status, headers = error.body(), error.status, error.headers()
        except ConnectionBroken:
            self._calls.note(name, dict(given.values), None)
            return hung_up(request)
        self._calls.note(name, dict(given.values), answer)
        return web.json_response(answer, status=status, headers=headers)

    async def _answer(self, name: str, workspace: Workspace, given: Arguments) -> dict[str, Any]:
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method")
        self._limits.take(name, chat.place(str(given.values.get("channel", ""))))
        return await self._calls.play(name, lambda: method(workspace, given))


def hung_up(request: web.Request) -> web.Response:
    """End the connection; what is returned reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
