"""Socket Mode: connections that the app opens, over which it is sent what happens here.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import hmac
import json
import secrets
import uuid
from typing import Any

from aiohttp import WSMsgType, web

from bizassist.local.slack.workspace import APP

MOST_CONNECTIONS = 10
SECONDS_TO_ACKNOWLEDGE = 3.0


class SocketConnections:
    """The open connections of one app.

    :param app_token: its app-level token.
    :param own_url: where this double listens.
    """

    def __init__(self, app_token: str, own_url: str) -> None:
        self._app_token = app_token
        self._socket_url = own_url.replace("http", "ws", 1) + "/socket"
        self._tickets: set[str] = set()
        self._open: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[str]] = {}

    def routes(self) -> list[web.RouteDef]:
        """The routes, for ``Application.add_routes``; before those of the Web API."""
        return [
            web.post("/api/apps.connections.open", self._ticket),
            web.get("/socket", self._socket),
        ]

    async def send(self, kind: str, payload: dict[str, Any], retry: int, reason: str) -> str | None:
        """Send one envelope; what the app acknowledges it with, or None when it doesn't in time."""
        if not self._open:
            return None
        envelope = str(uuid.uuid4())
        acknowledged = self._waiting[envelope] = asyncio.get_running_loop().create_future()
        sent: dict[str, Any] = {
            "envelope_id": envelope,
            "payload": payload,
            "type": kind,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            sent |= {"retry_attempt": retry, "retry_reason": reason}
        try:
            await self._open[-1].send_json(sent)
            return await asyncio.wait_for(acknowledged, SECONDS_TO_ACKNOWLEDGE)
        except (TimeoutError, ConnectionError):
            return None
        finally:
            del self._waiting[envelope]

    async def refresh(self) -> None:
        """Ask the app to open other connections, and end these, as Slack does every few hours."""
        for socket in list(self._open):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})
            await socket.close()

    async def _ticket(self, request: web.Request) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not token:
            return _refused("not_authed")
        if not token.startswith("xapp-"):
            return _refused("not_allowed_token_type")
        if not hmac.compare_digest(token.encode(), self._app_token.encode()):
            return _refused("invalid_auth")
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return web.json_response({"ok": True, "url": f"{self._socket_url}?ticket={ticket}"})

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets or len(self._open) >= MOST_CONNECTIONS:
            raise web.HTTPForbidden(text="This address was used, or never was.")
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._open.append(socket)
        try:
            info = {"connection_info": {"app_id": APP}, "num_connections": len(self._open)}
            await socket.send_json({"type": "hello", **info})
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._acknowledge(message.data)
        finally:
            self._open.remove(socket)
        return socket

    def _acknowledge(self, text: str) -> None:
        answer = json.loads(text)
        waiting = self._waiting.get(answer.get("envelope_id", ""))
        if waiting is not None and not waiting.done():
            payload = answer.get("payload")
            waiting.set_result(json.dumps(payload) if payload else "")


def _refused(word: str) -> web.Response:
    return web.json_response({"ok": False, "error": word})
