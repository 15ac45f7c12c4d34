"""The pages that link a chat user: what the link opens, the confirmation, and its answer."""

from aiohttp import web
from aiohttp_session import get_session

from identity.errors import LinkRequestInvalid
from identity.linking.link_creation import LinkCreation
from identity.linking.link_requests import LinkRequest, LinkRequests, request_id
from identity.links import Link, Links, new_link
from identity.oidc.authorization_code import AuthorizationCodeFlow, Tokens
from identity.oidc.flow_state import (
    PendingLink,
    drop_pending,
    find_pending,
    note_linked,
    remember_flow,
    remember_pending,
)
from identity.oidc.provider import Account
from identity.sessions.csrf import check_csrf
from identity.tokens.broker import TokenBroker
from identity.tokens.encryption import TokenEncryption
from identity.web.chat_user_details import chat_user_details
from identity.web.html import Html


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
        link_creation: LinkCreation,
    ) -> None:
        self._html = html
        self._links = links
        self._link_requests = link_requests
        self._sign_in = sign_in
        self._token_encryption = token_encryption
        self._tokens = tokens
        self._link_creation = link_creation

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application's router."""
        return [
            web.get("/link/{request}", self.start, allow_head=False),
            web.post("/link/confirm", self.answer),
        ]

    async def start(self, request: web.Request) -> web.Response:
        """``GET /link/{request}``: who asked, and the way on. Nothing is stored or used up."""
        secret = request.match_info["request"]
        link_request = await self.valid(request_id(secret))
        return await self._html.page(
            request,
            "link.html",
            continue_url=str(request.app.router["login"].url_for().with_query(link=secret)),
            **chat_user_details(link_request.chat_user, link_request.names),
        )

    async def valid(self, hashed: str) -> LinkRequest:
        """The request, if it can still make a link.

        :raises LinkRequestInvalid: also when its chat user was linked after it was made: of
            several requests the first answer counts, and an old one can't replace it. Nor can it
            once that link has ended: no question waits for it, so no receipt would tell of it.
        """
        link_request = await self._link_requests.find(hashed)
        link = await self._links.get(link_request.chat_user)
        if link and link.linked_at.timestamp() > link_request.made:
            raise LinkRequestInvalid("linked meanwhile")
        return link_request

    async def verified(
        self, request: web.Request, link_request: LinkRequest, state: str, tokens: Tokens
    ) -> web.Response:
        """Keep a verified sign-in with this browser and show its confirmation page."""
        pending = PendingLink(
            link_request=link_request.id,
            chat_user=link_request.chat_user,
            account=tokens.account,
            encrypted_token=await self._token_encryption.encrypt(
                tokens.refresh_token, link_request.chat_user
            ),
            state=state,
            begun=link_request.made,
        )
        remember_pending(await get_session(request), pending)
        return await self.confirmation(request, pending)

    async def confirmation(self, request: web.Request, pending: PendingLink) -> web.Response:
        """The page that names both people before anything is stored, or says that it is done."""
        if link := await self._linked_by(pending):
            return await self._linked(request, link, pending.account)
        link_request = await self.valid(pending.link_request)
        return await self._html.page(
            request,
            "confirm.html",
            pending=pending.id,
            account=pending.account,
            replaces=await self._links.active(link_request.chat_user) is not None,
            **chat_user_details(link_request.chat_user, link_request.names),
        )

    async def answer(self, request: web.Request) -> web.Response:
        """``POST /link/confirm``: the only place where a chat user's link is stored.

        One write stores the link and uses its request up, so a second click of the same page finds
        the link and says so, whatever became of the process that the first one had reached.
        """
        await check_csrf(request)
        form = await request.post()
        session = await get_session(request)
        pending = find_pending(session, str(form.get("pending", "")))
        try:
            link = await self._linked_by(pending)
            if link is None and form.get("answer") == "link":
                link = await self._link(pending)
        except LinkRequestInvalid:
            drop_pending(session, pending)
            await self._tokens.discard(pending.encrypted_token, pending.chat_user)
            raise
        if link is None:
            drop_pending(session, pending)
            await self._tokens.discard(pending.encrypted_token, pending.chat_user)
            another = form.get("answer") == "another"
            return await self._declined(request, pending, another=another)
        note_linked(session, pending)
        return await self._linked(request, link, pending.account)

    async def _link(self, pending: PendingLink) -> Link:
        """Store the link that was confirmed.

        :raises LinkRequestInvalid: when another sign-in has linked this chat user meanwhile.
        """
        link_request = await self.valid(pending.link_request)
        link = new_link(
            link_request.chat_user,
            subject=pending.account.subject,
            account=pending.account.label,
            encrypted_token=pending.encrypted_token,
            names=link_request.names,
            confirmation=pending.confirmation,
        )
        try:
            return await self._link_creation.create(link, asked_at=link_request.made)
        except LinkRequestInvalid:
            # A double click: the other one was faster, and what it stored is this one's as well.
            if found := await self._linked_by(pending):
                return found
            raise

    async def _linked_by(self, pending: PendingLink) -> Link | None:
        """The link that this very page has made, as long as it may be used."""
        link = await self._links.active(pending.chat_user)
        return link if link and link.confirmation == pending.confirmation else None

    async def _linked(self, request: web.Request, link: Link, account: Account) -> web.Response:
        return await self._html.page(
            request,
            "linked.html",
            account=account,
            replaced=link.replaces,
            **chat_user_details(link.chat_user, link.names),
        )

    async def _declined(
        self, request: web.Request, pending: PendingLink, *, another: bool
    ) -> web.Response:
        if not another:
            return await self._html.page(
                request, "message.html", heading="Nothing was linked", sentence=CANCELLED
            )
        url, flow = await self._sign_in.begin(link_request=pending.link_request, anew=True)
        remember_flow(await get_session(request), flow)
        raise web.HTTPSeeOther(url)


CANCELLED = (
    "You cancelled, so no company account was linked. "
    "If somebody else sent you the link, you can close this page and forget it."
)
