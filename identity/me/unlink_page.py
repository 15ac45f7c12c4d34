"""``/me/unlink``: the signed-in person ends the link of a chat account of theirs."""

from aiohttp import web

from identity.audit_log import AuditLog
from identity.errors import NotYours
from identity.links import Link, Links
from identity.oidc.token_verification import Account
from identity.people import ChatUser
from identity.sessions.csrf import check_csrf
from identity.sessions.signed_in_person import SignedIn, signed_in_or_redirect, signed_in_or_refuse
from identity.tokens.broker import TokenBroker
from identity.web.chat_user_details import PLATFORM_NAMES, chat_user_details
from identity.web.flash_message import flash
from identity.web.html import Html

HOME, UNLINK = "/me", "/me/unlink"


class UnlinkPages:
    """Asks first, then ends the link here and at the user pool."""

    def __init__(self, *, html: Html, links: Links, tokens: TokenBroker, audit: AuditLog) -> None:
        self._html = html
        self._links = links
        self._tokens = tokens
        self._audit = audit

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application's router."""
        return [
            web.get(UNLINK, self.confirm_unlink, allow_head=False),
            web.post(UNLINK, self.unlink),
        ]

    async def confirm_unlink(self, request: web.Request) -> web.Response:
        """``GET /me/unlink``: which link would end."""
        person = await signed_in_or_redirect(request)
        link = await self._own_link(person, request.query.get("chat_user", ""))
        if link.state != "active":
            raise NotYours("the link has ended")
        return await self._html.page(
            request,
            "me/unlink.html",
            account=Account(link.subject, link.account),
            **chat_user_details(link.chat_user, link.names),
        )

    async def unlink(self, request: web.Request) -> web.Response:
        """``POST /me/unlink``: end a link, here and at the user pool."""
        person = await signed_in_or_refuse(request)
        await check_csrf(request)
        link = await self._own_link(person, str((await request.post()).get("chat_user", "")))
        if link.state == "active":
            await self._audit.write(
                "revoked", by=person.label, about=link.account, detail=link.chat_user.key
            )
            await self._tokens.revoke(link)
        await flash(request, f"{PLATFORM_NAMES[link.chat_user.platform]} is unlinked.")
        raise web.HTTPSeeOther(HOME)

    async def _own_link(self, person: SignedIn, key: str) -> Link:
        """The person's link of a chat user, in use or unlinked; nobody else's."""
        try:
            chat_user = ChatUser.from_key(key)
        except ValueError:
            raise NotYours("no key of a chat user") from None
        link = await self._links.get(chat_user)
        if (
            link is None
            or link.state == "expired"
            or link.subject != person.subject
            or chat_user.platform == "web"
        ):
            raise NotYours("no link of this person")
        return link
