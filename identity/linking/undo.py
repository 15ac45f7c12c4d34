"""The page behind a receipt's undo link; nobody needs to be signed in."""

from aiohttp import web

from identity.audit_log import AuditLog
from identity.linking.link_receipt import Receipts, Undo
from identity.links import Link, Links
from identity.oidc.token_verification import Account
from identity.sessions.csrf import check_csrf
from identity.tokens.broker import TokenBroker
from identity.web.chat_user_details import chat_user_details
from identity.web.html import Html


class UndoPages:
    """Shows what would be unlinked, and unlinks it."""

    def __init__(
        self,
        *,
        html: Html,
        links: Links,
        tokens: TokenBroker,
        receipts: Receipts,
        audit: AuditLog,
    ) -> None:
        self._html = html
        self._links = links
        self._tokens = tokens
        self._receipts = receipts
        self._audit = audit

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application's router."""
        return [
            web.get("/undo/{secret}", self.confirm_undo, allow_head=False),
            web.post("/undo/{secret}", self.undo),
        ]

    async def confirm_undo(self, request: web.Request) -> web.Response:
        """``GET /undo/{secret}``: who is linked to whom. Nothing ends by opening an address."""
        link = await self._covered(await self._receipts.find(request.match_info["secret"]))
        if link is None:
            return await self._done(request)
        return await self._html.page(
            request,
            "me/undo.html",
            action=request.path,
            account=Account(link.subject, link.account),
            **chat_user_details(link.chat_user, link.names),
        )

    async def undo(self, request: web.Request) -> web.Response:
        """``POST /undo/{secret}``: end the link, here and at the user pool."""
        await check_csrf(request)
        link = await self._covered(await self._receipts.find(request.match_info["secret"]))
        if link:
            await self._audit.write("undone", by=link.chat_user.key, about=link.account)
            await self._tokens.revoke(link)
        raise web.HTTPSeeOther(request.path)

    async def _covered(self, undo: Undo) -> Link | None:
        link = await self._links.get(undo.chat_user)
        return link if undo.covers(link) else None

    async def _done(self, request: web.Request) -> web.Response:
        return await self._html.page(
            request, "message.html", heading="Nothing is linked by this any more", sentence=DONE
        )


DONE = (
    "The link that this message told you about has ended: nobody can ask BizAssist as you "
    "through it. To use BizAssist in that chat, ask it something; it sends you a new sign-in link."
)
