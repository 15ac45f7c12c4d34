"""A strict double of the Bot Connector: says no where Teams does, and remembers what people see."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

TOKEN = "token-of-the-bot"
TENANT = "11111111-2222-3333-4444-555555555555"
BOT = {"id": "28:00000000-0000-0000-0000-000000000b07", "name": "TurnHandler"}
ALICE = {"id": "29:1alice", "name": "Alice", "aadObjectId": "aaaaaaaa-0000-0000-0000-000000000001"}
PERSONAL, GROUP = "a:1personal", "19:group@thread.v2"
LONGEST = 28 * 1024  # bytes of UTF-16


@dataclass
class Connector:
    """The chats that there are, and how the double behaves.

    :ivar history: what each message has shown, first to last, by conversation and id.
    :ivar calls: every call as ``(method, status, moment)``.
    :ivar failures: statuses to answer the next calls with, whatever they are.
    :ivar installed: whether the person has the bot in their personal scope.
    """

    history: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    calls: list[tuple[str, int, float]] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)
    updates_refused: bool = False
    installed: bool = True
    delay: float = 0.0

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._door])
        activities = "/teams/v3/conversations/{conversation}/activities"
        app.add_routes(
            [
                web.post("/teams/v3/conversations", self._open),
                web.post(activities, self._post),
                web.post(activities + "/{activity}", self._post),
                web.put(activities + "/{activity}", self._update),
                web.delete(activities + "/{activity}", self._delete),
            ]
        )
        return app

    def shown(self, conversation: str) -> list[dict[str, Any]]:
        """The messages of a conversation as they look now."""
        return [states[-1] for (where, _), states in self.history.items() if where == conversation]

    def texts(self, conversation: str) -> list[str]:
        """Their texts."""
        return [message.get("text", "") for message in self.shown(conversation)]

    def only(self, conversation: str) -> list[str]:
        """What the only message of a conversation has shown, first to last."""
        (states,) = [states for (where, _), states in self.history.items() if where == conversation]
        return [state["text"] for state in states]

    @web.middleware
    async def _door(self, request: web.Request, handler: Any) -> Any:
        await asyncio.sleep(self.delay)
        try:
            if request.headers.get("Authorization") != f"Bearer {TOKEN}":
                raise _refused(web.HTTPUnauthorized, "Unauthorized")
            if self.failures:
                status = self.failures.pop(0)
                headers = {"Retry-After": "0"} if status == 429 else {}
                return self._noted(request, web.Response(status=status, headers=headers))
            return self._noted(request, await handler(request))
        except web.HTTPException as answer:
            self._noted(request, answer)
            raise

    def _noted(self, request: web.Request, answer: Any) -> Any:
        self.calls.append((request.method, answer.status, time.monotonic()))
        return answer

    async def _open(self, request: web.Request) -> web.Response:
        asked = await request.json()
        alone = [member["id"] for member in asked["members"]] == [ALICE["id"]]
        if asked["bot"]["id"] != BOT["id"] or asked["isGroup"] or not alone:
            raise _refused(web.HTTPBadRequest, "BadArgument")
        if asked["channelData"]["tenant"]["id"] != TENANT:
            raise _refused(web.HTTPBadRequest, "TenantIdMissing")
        if not self.installed:
            raise _refused(web.HTTPForbidden, "BotNotInConversationRoster")
        return web.json_response({"id": PERSONAL}, status=201)

    async def _post(self, request: web.Request) -> web.Response:
        activity = await self._activity(request)
        replied = request.match_info.get("activity")
        if replied and not replied.startswith("question"):
            raise _refused(web.HTTPNotFound, "ActivityNotFoundInConversation")
        name = f"1:{len(self.history) + 1}"
        self.history[request.match_info["conversation"], name] = [activity]
        return web.json_response({"id": name}, status=201)

    async def _update(self, request: web.Request) -> web.Response:
        activity = await self._activity(request)
        if self.updates_refused:
            raise _refused(web.HTTPForbidden, "MessageEditNotAllowed")
        self._states(request).append(activity)
        return web.json_response({"id": request.match_info["activity"]})

    async def _delete(self, request: web.Request) -> web.Response:
        self._states(request)
        del self.history[request.match_info["conversation"], request.match_info["activity"]]
        return web.Response()

    def _states(self, request: web.Request) -> list[dict[str, Any]]:
        key = request.match_info["conversation"], request.match_info["activity"]
        if key not in self.history:
            raise _refused(web.HTTPNotFound, "ActivityNotFoundInConversation")
        return self.history[key]

    async def _activity(self, request: web.Request) -> dict[str, Any]:
        if request.match_info["conversation"] not in (PERSONAL, GROUP):
            raise _refused(web.HTTPNotFound, "ConversationNotFound")
        activity: dict[str, Any] = await request.json()
        text = activity.get("text", "")
        if activity.get("type") != "message" or not (text or activity.get("attachments")):
            raise _refused(web.HTTPBadRequest, "BadSyntax")
        if text and activity.get("textFormat") not in ("markdown", "plain"):
            raise _refused(web.HTTPBadRequest, "BadArgument")
        if len(text.encode("utf-16-le")) > LONGEST:
            raise web.HTTPRequestEntityTooLarge(LONGEST, len(text))
        return activity


def _refused(kind: type[web.HTTPError], code: str) -> web.HTTPException:
    return kind(text=f'{{"error": {{"code": "{code}"}}}}', content_type="application/json")
