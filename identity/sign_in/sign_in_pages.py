"""Leaving for the user pool's sign-in page, and coming back from it."""

from urllib.parse import urlencode

from aiohttp import web
from aiohttp_session import get_session

from identity.audit_log import AuditLog
from identity.errors import CookieMissing, SignInFailed
from identity.linking.confirmation_page import LinkPages
from identity.linking.link_creation import LinkCreation
from identity.links import new_link
from identity.oidc.authorization_code import AuthorizationCodeFlow, Tokens
from identity.oidc.unfinished_sign_ins import FlowState, reloaded_pending, remember_flow, take_flow
from identity.people import ChatUser, Names
from identity.sessions.session_cookie import COOKIE
from identity.sessions.session_limit import SessionLimit
from identity.sessions.signed_in_person import begin_session
from identity.tokens.encryption import TokenEncryption
from identity.web.html import Html
from identity.web.redirect_target import local_path

HOME = "/chat"
"""Where a web sign-in ends that didn't ask for another page."""


SAME_SITE = ("same-origin", "none")
"""``Sec-Fetch-Site`` of a click on our pages, and of an address that the person opened themselves.

Browsers send it to every address that they trust; what doesn't send it is no browser of today."""


class SignInPages:
    """The browser's way through the user pool.

    :param user_pool_id: the tenant of people who use the web chat.
    """

    def __init__(
        self,
        *,
        html: Html,
        sign_in: AuthorizationCodeFlow,
        token_encryption: TokenEncryption,
        link_pages: LinkPages,
        link_creation: LinkCreation,
        session_limit: SessionLimit,
        audit: AuditLog,
        user_pool_id: str,
    ) -> None:
        self._html = html
        self._sign_in = sign_in
        self._token_encryption = token_encryption
        self._link_pages = link_pages
        self._link_creation = link_creation
        self._session_limit = session_limit
        self._audit = audit
        self._user_pool_id = user_pool_id

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application's router."""
        return [
            web.get("/auth/login", self.login, name="login", allow_head=False),
            web.get("/auth/callback", self.callback, allow_head=False),
        ]

    async def login(self, request: web.Request) -> web.Response:
        """``GET /auth/login``: to the user pool, for the web chat."""
        if request.headers.get("Sec-Fetch-Site", "none") not in SAME_SITE:
            return await self._confirm_sign_in(request)
        url, flow = await self._sign_in.begin(
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
            return await self._link_pages.again(request, pending)
        if not flow.link_request:
            return await self._signed_in(request, flow, await self._finish(request, flow))
        wanted = await self._link_pages.valid(flow.link_request)
        tokens = await self._finish(request, flow)
        return await self._link_pages.verified(request, wanted, flow.state, tokens)

    async def _confirm_sign_in(self, request: web.Request) -> web.Response:
        """A button: another site's link must not begin a session where the pool remembers one."""
        return await self._html.page(
            request,
            "message.html",
            heading="Sign in to BizAssist",
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
        await self._link_creation.create(
            new_link(
                chat_user,
                subject=account.subject,
                account=account.label,
                encrypted_token=encrypted_token,
                names=Names(workspace="Web chat", user=account.username),
            )
        )
        await self._audit.write("signed in", by=account.label)
        await begin_session(request, account, self._session_limit)
        raise web.HTTPSeeOther(flow.next_page)


def _unknown_sign_in(request: web.Request) -> SignInFailed:
    if COOKIE in request.cookies:
        return SignInFailed("no such sign-in in this session")
    return CookieMissing("a callback without a cookie")
