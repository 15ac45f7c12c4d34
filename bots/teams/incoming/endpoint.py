"""Teams' edge: verify, put into the inbox, acknowledge; nothing else happens in the request."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from aiohttp import web
from botbuilder.schema import ActivityTypes
from yarl import URL

from bots.edge import json_object, refusals_answered
from bots.errors import ForbiddenRequest, MalformedRequest
from bots.platform import Accept
from bots.teams.incoming.activity import IncomingActivity, addressed, read_activity
from bots.teams.incoming.authentication import Authentication
from bots.teams.incoming.signing_keys import SigningKeys
from bots.teams.registration import TeamsApp
from identity.sessions.known_sender import recognise

# Where Teams has its Bot Connector (public cloud and GCC). Our own token is sent there, and
# anybody can register another name under trafficmanager.net, so these are whole names.
CONNECTORS = (
    "smba.trafficmanager.net",
    "smba.onyx.prod.teams.trafficmanager.net",
    "smba.infra.gcc.teams.microsoft.com",
)
Respond = Callable[[IncomingActivity, Mapping[str, str]], Awaitable[web.Response]]
Edited = Callable[[IncomingActivity], Awaitable[None]]

LOOPBACK = ("127.0.0.1", "localhost", "::1")

_log = logging.getLogger(__name__)


class TeamsEdge:
    """The one address that the Bot Framework calls.

    :param accept: puts a verified activity into the inbox.
    :param respond: answers an invoke.
    :param edited: takes notice of a message that was edited.
    :param keys: the Bot Framework's keys; other than Microsoft's in tests only.
    """

    def __init__(
        self,
        app: TeamsApp,
        accept: Accept,
        respond: Respond,
        edited: Edited,
        keys: SigningKeys | None = None,
    ) -> None:
        self._app = app
        self._accept = accept
        self._respond = respond
        self._edited = edited
        self._authentication = Authentication(app, keys)

    def routes(self) -> list[web.RouteDef]:
        """The routes, for ``Application.add_routes``."""
        return [web.post("/api/messages", refusals_answered(self._messages))]

    async def _messages(self, request: web.Request) -> web.Response:
        if self._app.anonymous:
            _check_machine(request)
        authorization = request.headers.get("Authorization", "")
        self._authentication.check_header(authorization)
        body = json_object(await request.read())
        claims = await self._authentication.claims(addressed(body), authorization)
        recognise(request)
        incoming = read_activity(body)
        self._check_origin(incoming)
        if incoming.activity.type == ActivityTypes.invoke:
            return await self._respond(incoming, claims)
        if incoming.edits:
            await self._edited(incoming)
        elif incoming.needs_handling:
            await self._accept(await asyncio.to_thread(incoming.accepted, claims))
        return web.Response(status=202)

    def _check_origin(self, incoming: IncomingActivity) -> None:
        """Only people of our tenant, and answers only to Microsoft or, without tokens, to us."""
        tenant = self._app.app_tenant_id
        if tenant and incoming.chat_user.tenant.lower() != tenant.lower():
            _log.warning(
                "an activity is refused, 403: it comes from tenant %s, and "
                "MICROSOFT_APP_TENANT_ID names another",
                incoming.chat_user.tenant[:64],
            )
            raise ForbiddenRequest(sentence="This bot works for another organisation.")
        address = _address(incoming.activity.service_url)
        if self._app.anonymous:
            known = address.scheme == "http" and address.host in LOOPBACK
        else:
            known = address.scheme == "https" and address.host in CONNECTORS
        if not known:
            _log.warning(
                "an activity is refused, 403: %s is no service address of Teams' that we know",
                str(address.host)[:64],
            )
            raise ForbiddenRequest(sentence="The service address is not one of Teams.")


def _check_machine(request: web.Request) -> None:
    """Without tokens, no page may post an activity: neither as itself nor by a name of its own.

    :raises ForbiddenRequest: for anything but a program that knows our address.
    """
    try:
        host = urlsplit(f"//{request.headers.get('Host', '')}").hostname
    except ValueError:
        host = None
    if host not in LOOPBACK or "Origin" in request.headers:
        _log.warning(
            "an activity is refused, 403: without tokens only programs on this machine may post, "
            "and this one calls us %s or is a page",
            str(host)[:64],
        )
        raise ForbiddenRequest(sentence="Only programs on this machine may post here.")


def _address(url: str | None) -> URL:
    try:
        return URL(url or "")
    except ValueError:
        raise MalformedRequest(sentence="The service address is not valid.") from None
