"""The pages that link a chat user: what the link opens, the confirmation, and its answer."""

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp_session import get_session

from identity.audit_log import AuditLog
from identity.errors import LinkRequestInvalid
from identity.linking.link_requests import LinkRequest, LinkRequests, request_id
from identity.links import Link, Links, new_link
from identity.oidc.authorization_code import AuthorizationCodeFlow, Tokens
from identity.oidc.flow_state import PendingLink, remember_flow, remember_pending, take_pending
from identity.sessions.csrf import check_csrf
from identity.tokens.broker import TokenBroker
from identity.tokens.encryption import TokenEncryption
from identity.web.chat_user_details import shown
from identity.web.html import Html

log = logging.getLogger(__name__)

OnLinked = Callable[[Link, Link | None], Awaitable[None]]
"""Called with each stored link and the one that it replaced: pending questions, the receipt."""


class LinkPages:
    """From a link request to a stored link, by way of a person who confirms it."""

    def __init__(
        self,
        *,
        html: Html,
        links: Links,
        link_requests: LinkRequests,
        sign_in: AuthorizationCodeFlow,
        token_encryption: TokenEncryption,
        tokens: TokenBroker,
        audit: AuditLog,
        on_linked: OnLinked,
    ) -> None:
        self._html = html
        self._links = links
        self._link_requests = link_requests
        self._sign_in = sign_in
        self._token_encryption = token_encryption
        self._tokens = tokens
        self._audit = audit
        self._on_linked = on_linked

    async def start(self, request: web.Request) -> web.Response:
        """``GET /link/{request}``: who asked, and the way on. Nothing is stored or used up."""
        secret = request.match_info["request"]
        wanted = await self.valid(request_id(secret))
        return await self._html.page(
            request,
            "link.html",
            continue_url=str(request.app.router["login"].url_for().with_query(link=secret)),
            **shown(wanted.chat_user, wanted.names),
        )

    async def valid(self, hashed: str) -> LinkRequest:
        """The request, if it can still make a link.

        :raises LinkRequestInvalid: also when its chat user was linked after it was made: of
            several requests the first answer counts, and an old one can't replace it. Nor can it
            once that link has ended: no question waits for it, so no receipt would tell of it.
        """
        wanted = await self._link_requests.find(hashed)
        link = await self._links.get(wanted.chat_user)
        if link and link.linked_at.timestamp() > wanted.made:
            raise LinkRequestInvalid("linked meanwhile")
        return wanted

    async def verified(
        self, request: web.Request, wanted: LinkRequest, state: str, tokens: Tokens
    ) -> web.Response:
        """Keep a verified sign-in with this browser and show its confirmation page."""
        pending = PendingLink(
            link_request=wanted.id,
            chat_user=wanted.chat_user,
            account=tokens.account,
            encrypted_token=await self._token_encryption.encrypt(
                tokens.refresh_token, wanted.chat_user
            ),
            state=state,
            begun=wanted.made,
        )
        remember_pending(await get_session(request), pending)
        return await self.confirmation(request, pending)

    async def confirmation(self, request: web.Request, pending: PendingLink) -> web.Response:
        """The page that names both people before anything is stored."""
        wanted = await self.valid(pending.link_request)
        return await self._html.page(
            request,
            "confirm.html",
            pending=pending.id,
            account=pending.account,
            replaces=await self._links.active(wanted.chat_user) is not None,
            **shown(wanted.chat_user, wanted.names),
        )

    async def answer(self, request: web.Request) -> web.Response:
        """``POST /link/confirm``: the only place where a chat user's link is stored."""
        await check_csrf(request)
        form = await request.post()
        pending = take_pending(await get_session(request), str(form.get("pending", "")))
        try:
            wanted = await self.valid(pending.link_request)
            if form.get("answer") == "link":
                await self._link_requests.consume(wanted)
        except LinkRequestInvalid:
            await self._tokens.discard(pending.encrypted_token, pending.chat_user)
            raise
        if form.get("answer") != "link":
            await self._tokens.discard(pending.encrypted_token, pending.chat_user)
            return await self._declined(request, wanted, another=form.get("answer") == "another")
        return await self._linked(request, wanted, pending)

    async def _linked(
        self, request: web.Request, wanted: LinkRequest, pending: PendingLink
    ) -> web.Response:
        replaced = await self.store(
            new_link(
                wanted.chat_user,
                subject=pending.account.subject,
                account=pending.account.label,
                encrypted_token=pending.encrypted_token,
                names=wanted.names,
            )
        )
        return await self._html.page(
            request,
            "linked.html",
            account=pending.account,
            replaced=replaced is not None,
            **shown(wanted.chat_user, wanted.names),
        )

    async def _declined(
        self, request: web.Request, wanted: LinkRequest, *, another: bool
    ) -> web.Response:
        if not another:
            return await self._html.page(
                request, "message.html", heading="Nothing was linked", sentence=CANCELLED
            )
        url, flow = await self._sign_in.begin(link_request=wanted.id, anew=True)
        remember_flow(await get_session(request), flow)
        raise web.HTTPSeeOther(url)

    async def store(self, link: Link) -> Link | None:
        """Store a link, end the one that it replaces, and tell who waits for it."""
        replaced = await self._links.put(link)
        await self._note(link, replaced)
        if replaced:
            await self._tokens.discard(replaced.encrypted_token, replaced.chat_user)
        try:
            await self._on_linked(link, replaced)
        except Exception as error:  # noqa: BLE001 - see below
            # The link is stored; that a waiting question failed must not tell the person otherwise.
            log.error("what waited for a link failed: %s", type(error).__name__)  # noqa: TRY400
        return replaced

    async def _note(self, link: Link, replaced: Link | None) -> None:
        """Write down who may now speak for whom; in the web chat the sign-in itself says so."""
        if link.chat_user.platform == "web":
            return
        await self._audit.write(
            "replaced" if replaced else "linked",
            by=link.chat_user.key,
            about=link.account,
            detail=f"before: {replaced.account}" if replaced else "",
        )


CANCELLED = (
    "You cancelled, so no company account was linked. "
    "If somebody else sent you the link, you can close this page and forget it."
)
