"""The pages that link a chat user: what the link opens, the confirmation, and its answer."""

from aiohttp import web
from aiohttp_session import get_session

from identity.errors import LinkRequestClaimed, LinkRequestInvalid
from identity.linking.browser_binding import (
    browser,
    browser_id,
    claiming_browser,
    form_token,
    remember_browser,
)
from identity.linking.link_creation import LinkCreation
from identity.linking.link_requests import LinkRequest, LinkRequests, request_id
from identity.links import Link, Links, new_link
from identity.oidc.authorization_code import AuthorizationCodeFlow, Tokens
from identity.oidc.unfinished_sign_ins import (
    PendingLink,
    find_pending,
    note_answer,
    remember_flow,
    remember_pending,
)
from identity.people import Names
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
            web.post("/link/{request}", self.claim),
        ]

    async def start(self, request: web.Request) -> web.Response:
        """``GET /link/{request}``: who asked, and the way on. Nothing is stored or used up."""
        link_request = await self.valid(request_id(request.match_info["request"]))
        cookie = browser(request)
        if link_request.browser and link_request.browser != browser_id(cookie):
            raise LinkRequestClaimed("it belongs to another browser")
        page = await self._html.page(
            request,
            "link.html",
            action=request.path,
            form_token=form_token(cookie),
            **chat_user_details(link_request.chat_user, link_request.names),
        )
        remember_browser(page, cookie)
        return page

    async def claim(self, request: web.Request) -> web.Response:
        """``POST /link/{request}``: from now on it is this browser's; to the user pool.

        What looks at links for others (previews, scanners) opens pages and sends no forms, so it
        can't take a link away from its person.
        """
        claimant = await claiming_browser(request)
        link_request = await self.valid(request_id(request.match_info["request"]))
        await self._link_requests.claim(link_request.id, claimant)
        url, flow = await self._sign_in.begin(link_request=link_request.id)
        remember_flow(await get_session(request), flow)
        raise web.HTTPSeeOther(url)

    async def valid(self, hashed: str) -> LinkRequest:
        """The request, if it can still make a link.

        :raises LinkRequestInvalid: also when its chat user was linked after it was made: of
            several requests the first answer counts, and an old one can't replace it. Nor can it
            once that link has ended: no question waits for it, so no receipt would tell of it.
        """
        link_request, _ = await self._open(hashed)
        return link_request

    async def _open(self, hashed: str) -> tuple[LinkRequest, Link | None]:
        """The request that can still make a link, and the earlier link of its chat user."""
        link_request = await self._link_requests.find(hashed)
        link = await self._links.get(link_request.chat_user)
        if link and link.linked_at.timestamp() > link_request.made:
            raise LinkRequestInvalid("linked meanwhile")
        return link_request, link

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

    async def again(self, request: web.Request, pending: PendingLink) -> web.Response:
        """The confirmation page, or what became of it for who goes back to it.

        :raises LinkRequestInvalid: when it can't make a link, and hasn't made the one that stands.
        """
        if pending.encrypted_token:
            return await self.confirmation(request, pending)
        link = await self._links.active(pending.chat_user)
        if link is None or link.subject != pending.account.subject:
            raise LinkRequestInvalid("answered before")
        return await self._linked(request, pending, link.names, replaced=False)

    async def _linked(
        self, request: web.Request, pending: PendingLink, names: Names, *, replaced: bool
    ) -> web.Response:
        return await self._html.page(
            request,
            "linked.html",
            account=pending.account,
            replaced=replaced,
            **chat_user_details(pending.chat_user, names),
        )

    async def confirmation(self, request: web.Request, pending: PendingLink) -> web.Response:
        """The page that names both people before anything is stored."""
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

        A form that is sent twice has one result and shows it twice.
        """
        await check_csrf(request)
        form = await request.post()
        session = await get_session(request)
        pending = find_pending(session, str(form.get("pending", "")))
        answer = form.get("answer")
        confirmed = await (self._confirm(pending) if answer == "link" else self._decline(pending))
        if confirmed:
            await self._create(confirmed, pending)
        note_answer(session, pending)
        if confirmed is None:
            return await self._declined(request, pending, another=answer == "another")
        return await self._linked(request, pending, confirmed.names, replaced=confirmed.replaces)

    async def _confirm(self, pending: PendingLink) -> LinkRequest:
        """The request, used up by this confirmation.

        :raises LinkRequestInvalid: when it can't make a link any more.
        """
        try:
            link_request, earlier = await self._open(pending.link_request)
            return await self._link_requests.confirm(
                link_request.id, pending.id, replaces=earlier is not None
            )
        except LinkRequestInvalid:
            # Of two clicks the other one may have made the link that is found here.
            confirmed = await self._decline(pending)
            if confirmed is None:
                raise
            return confirmed

    async def _decline(self, pending: PendingLink) -> LinkRequest | None:
        """Let this confirmation make no link; the request, when it has made one already."""
        confirmed = await self._link_requests.decline(pending.link_request, pending.id)
        if confirmed is None:
            # From now on nothing can use this token: it was granted to this confirmation alone.
            await self._tokens.discard(pending.encrypted_token, pending.chat_user)
        return confirmed

    async def _create(self, confirmed: LinkRequest, pending: PendingLink) -> None:
        """The link, unless it was made by another click.

        :raises LinkRequestInvalid: when it doesn't stand any more.
        """
        link = new_link(
            confirmed.chat_user,
            subject=pending.account.subject,
            account=pending.account.label,
            encrypted_token=pending.encrypted_token,
            names=confirmed.names,
            linked=confirmed.confirmed,
            replaces=confirmed.replaces,
        )
        if not await self._link_creation.create_once(link):
            raise LinkRequestInvalid("its link has ended")

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
