"""Signing out, here and at the user pool."""

import logging
from urllib.parse import urlencode

from aiohttp import web
from aiohttp_session import get_session
from botocore.exceptions import BotoCoreError, ClientError

from identity.audit_log import AuditLog
from identity.errors import SignInUnavailable
from identity.oidc.provider import OidcProvider
from identity.runtime_sessions import RuntimeSessions
from identity.sessions.csrf import check_csrf
from identity.sessions.signed_in_person import signed_in
from identity.web.html import Html

log = logging.getLogger(__name__)

ONLY_HERE = (
    "Your company's sign-in page isn't answering, so you may still be signed in there. "
    "Close your browser if others use this computer."
)


class SignOutPages:
    """Ends browser session and runtime session, then sends the browser to the user pool's own.

    :param public_url: our own base URL, as browsers know it.
    """

    def __init__(
        self,
        *,
        html: Html,
        oidc: OidcProvider,
        audit: AuditLog,
        client_id: str,
        public_url: str,
        runtime_sessions: RuntimeSessions,
    ) -> None:
        self._html = html
        self._oidc = oidc
        self._audit = audit
        self._client_id = client_id
        self._public_url = public_url
        self._runtime_sessions = runtime_sessions

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application's router."""
        return [
            web.get("/auth/logout", self.confirm_sign_out, allow_head=False),
            web.post("/auth/logout", self.sign_out),
            web.get("/auth/signed-out", self.signed_out, allow_head=False),
        ]

    async def confirm_sign_out(self, request: web.Request) -> web.Response:
        """``GET /auth/logout``: a button; following a link must not sign anybody out."""
        if await signed_in(request) is None:
            return await self.signed_out(request)
        return await self._html.page(request, "sign_out.html")

    async def sign_out(self, request: web.Request) -> web.Response:
        """``POST /auth/logout``: end the sessions here, then the user pool's own.

        A form that is sent again comes without a session: there is nothing of ours left to end, and
        the user pool's page for it can be opened by anybody's link.
        """
        session = await get_session(request)
        if not session.new:
            await check_csrf(request)
        person = await signed_in(request)
        session.invalidate()
        if person:
            await self._note_sign_out(person.label)
            await self._runtime_sessions.end(person.subject)
        try:
            document = await self._oidc.document()
        except SignInUnavailable:
            return self._html.render("message.html", heading="Signed out here", sentence=ONLY_HERE)
        here = f"{self._public_url}/auth/signed-out"
        query = urlencode({"client_id": self._client_id, "logout_uri": here})
        raise web.HTTPSeeOther(f"{document.sign_out_endpoint}?{query}")

    async def signed_out(self, request: web.Request) -> web.Response:
        """``GET /auth/signed-out``: where the user pool sends the browser back to."""
        return await self._html.page(
            request,
            "message.html",
            heading="You are signed out",
            sentence="Your session has ended here and at your company's sign-in page.",
            link={"url": "/auth/login", "text": "Sign in again"},
        )

    async def _note_sign_out(self, label: str) -> None:
        """Write it down; a log that doesn't answer must keep nobody signed in at the pool."""
        try:
            await self._audit.write("signed out", by=label)
        except (ClientError, BotoCoreError) as error:
            log.warning("a sign-out could not be written down: %s", type(error).__name__)
