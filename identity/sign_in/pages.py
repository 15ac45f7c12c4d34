"""Leaving for the user pool's sign-in page, coming back from it, and signing out at both."""

import logging
from urllib.parse import urlencode

from aiohttp import web
from aiohttp_session import get_session
from botocore.exceptions import BotoCoreError, ClientError

from identity.audit_log import AuditLog
from identity.errors import CookieMissing, SignInFailed, SignInUnavailable
from identity.linking.link_requests import request_id
from identity.linking.pages import LinkPages
from identity.links import new_link
from identity.oidc.authorization_code import AuthorizationCodeFlow, Tokens
from identity.oidc.flow_state import FlowState, reloaded_pending, remember_flow, take_flow
from identity.oidc.provider import OidcProvider
from identity.people import ChatUser, Names
from identity.sessions.csrf import check_csrf
from identity.sessions.session_cookie import COOKIE
from identity.sessions.session_list import SessionList
from identity.sessions.signed_in import sign_in, signed_in
from identity.tokens.encryption import TokenEncryption
from identity.web.html import Html
from identity.web.middleware import local_path

log = logging.getLogger(__name__)

HOME = "/chat"
"""Where a web sign-in ends that didn't ask for another page."""


OWN_WISH = ("same-origin", "none")
"""``Sec-Fetch-Site`` of a click on our pages, and of an address that the person opened themselves.

Browsers send it to every address that they trust; what doesn't send it is no browser of today."""

ONLY_HERE = (
    "Your company's sign-in page isn't answering, so you may still be signed in there. "
    "Close your browser if others use this computer."
)


class AuthPages:
    """The browser's way through the user pool.

    :param user_pool_id: the tenant of people who use the web chat.
    :param public_url: our own base URL, as browsers know it.
    """

    def __init__(
        self,
        *,
        html: Html,
        oidc: OidcProvider,
        sign_in: AuthorizationCodeFlow,
        token_encryption: TokenEncryption,
        link_pages: LinkPages,
        sessions: SessionList,
        audit: AuditLog,
        user_pool_id: str,
        client_id: str,
        public_url: str,
    ) -> None:
        self._html = html
        self._oidc = oidc
        self._sign_in = sign_in
        self._token_encryption = token_encryption
        self._link_pages = link_pages
        self._sessions = sessions
        self._audit = audit
        self._user_pool_id = user_pool_id
        self._client_id = client_id
        self._public_url = public_url

    async def login(self, request: web.Request) -> web.Response:
        """``GET /auth/login``: to the user pool, for a link request or for the web chat."""
        if request.headers.get("Sec-Fetch-Site", "none") not in OWN_WISH:
            return await self._ask_sign_in(request)
        link_request = ""
        if secret := request.query.get("link"):
            link_request = (await self._link_pages.valid(request_id(secret))).id
        url, flow = await self._sign_in.begin(
            link_request=link_request,
            next_page=local_path(request.query.get("next", ""), HOME),
            anew="anew" in request.query,
        )
        remember_flow(await get_session(request), flow)
        raise web.HTTPFound(url)

    async def callback(self, request: web.Request) -> web.Response:
        """``GET /auth/callback``: verify, then confirm a link or begin a signed-in session."""
        session, state = await get_session(request), request.query.get("state", "")
        flow = take_flow(session, state)
        if flow is None:
            pending = reloaded_pending(session, state)
            if pending is None:
                raise _unknown_sign_in(request)
            return await self._link_pages.confirmation(request, pending)
        if not flow.link_request:
            return await self._signed_in(request, flow, await self._finish(request, flow))
        wanted = await self._link_pages.valid(flow.link_request)
        tokens = await self._finish(request, flow)
        return await self._link_pages.verified(request, wanted, flow.state, tokens)

    async def confirm_sign_out(self, request: web.Request) -> web.Response:
        """``GET /auth/logout``: a button; following a link must not sign anybody out."""
        if await signed_in(request) is None:
            return await self.signed_out(request)
        return await self._html.page(request, "sign_out.html")

    async def sign_out(self, request: web.Request) -> web.Response:
        """``POST /auth/logout``: end the session here, then the user pool's own."""
        await check_csrf(request)
        person = await signed_in(request)
        (await get_session(request)).invalidate()
        if person:
            await self._note_sign_out(person.label)
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

    async def _ask_sign_in(self, request: web.Request) -> web.Response:
        """A button: another site's link must not begin a session where the pool remembers one."""
        return await self._html.page(
            request,
            "message.html",
            heading="Sign in to bizassist",
            sentence="You come from another site. Go on if you want to sign in.",
            link={"url": f"/auth/login?{urlencode(request.query)}", "text": "Sign in"},
        )

    async def _finish(self, request: web.Request, flow: FlowState) -> Tokens:
        """What the pool granted, to somebody who has shown it lately who they are."""
        tokens = await self._sign_in.finish(flow, request.query)
        if flow.accepts(tokens.account):
            return tokens
        if flow.anew:
            raise SignInFailed("the pool didn't ask the person again")
        url, again = await self._sign_in.begin(
            link_request=flow.link_request, next_page=flow.next_page, anew=True
        )
        remember_flow(await get_session(request), again)
        raise web.HTTPSeeOther(url)

    async def _signed_in(
        self, request: web.Request, flow: FlowState, tokens: Tokens
    ) -> web.Response:
        account = tokens.account
        chat_user = ChatUser("web", self._user_pool_id, account.subject)
        encrypted_token = await self._token_encryption.encrypt(tokens.refresh_token, chat_user)
        await self._link_pages.store(
            new_link(
                chat_user,
                subject=account.subject,
                account=account.label,
                encrypted_token=encrypted_token,
                names=Names(workspace="Web chat", user=account.username),
            )
        )
        await self._sessions.end_oldest(account.subject)
        await self._audit.write("signed in", by=account.label)
        await sign_in(request, account)
        raise web.HTTPSeeOther(flow.next_page)


def _unknown_sign_in(request: web.Request) -> SignInFailed:
    if COOKIE in request.cookies:
        return SignInFailed("no such sign-in in this session")
    return CookieMissing("a callback without a cookie")
