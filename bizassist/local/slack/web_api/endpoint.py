"""``/api/{method}``: who calls, what with, and Slack's answer, each call written down."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.web_api import chat, lookups, streams
from bizassist.local.slack.web_api.arguments import Arguments
from bizassist.local.slack.workspace import Workspace

Method = Callable[[Workspace, Arguments], dict[str, Any]]

METHODS: dict[str, Method] = {
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
}


@dataclass(slots=True)
class Fault:
    """What a test wants one method to answer for a while.

    :param after: the method does its work first; only its answer is lost.
    """

    method: str
    error: str
    times: int = 1
    status: int = 200
    after: bool = False


@dataclass(slots=True)
class Calls:
    """The calls that were made, without their tokens, and the faults to come."""

    made: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def fault(self, method: str) -> Fault | None:
        """The fault that meets this call, used up by it."""
        for fault in self.faults:
            if fault.method == method and fault.times > 0:
                fault.times -= 1
                return fault
        return None


class WebApi:
    """Answers calls as one bot of one workspace."""

    def __init__(self, workspace: Workspace, token: str, calls: Calls) -> None:
        self._workspace = workspace
        self._token = token
        self._calls = calls

    def routes(self) -> list[web.RouteDef]:
        """The routes, for ``Application.add_routes``."""
        return [web.post("/api/{method}", self._call), web.get("/api/{method}", self._call)]

    async def _call(self, request: web.Request) -> web.Response:
        name = request.match_info["method"]
        values: dict[str, Any] = {}
        try:
            given = await Arguments.of(request)
            values = {key: value for key, value in given.values.items() if key != "token"}
            self._authorize(request, given)
            answer = {"ok": True, **self._answer(name, given)}
            status, headers = 200, {}
        except SlackError as error:
            answer, status = error.body(), error.status
            headers = {"Retry-After": "1"} if status == 429 else {}  # noqa: PLR2004
        self._calls.made.append({"method": name, "arguments": values, "answer": answer})
        return web.json_response(answer, status=status, headers=headers)

    def _answer(self, name: str, given: Arguments) -> dict[str, Any]:
        method = METHODS.get(name)
        if method is None:
            raise SlackError("unknown_method")
        fault = self._calls.fault(name)
        if fault and not fault.after:
            raise SlackError(fault.error, status=fault.status)
        answer = method(self._workspace, given)
        if fault:
            raise SlackError(fault.error, status=fault.status)
        return answer

    def _authorize(self, request: web.Request, given: Arguments) -> None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        token = token if scheme.lower() == "bearer" else given.optional("token")
        if not token:
            raise SlackError("not_authed")
        if not hmac.compare_digest(token.encode(), self._token.encode()):
            raise SlackError("invalid_auth")
