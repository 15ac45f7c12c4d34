"""``/me``: the chat accounts and the browser sessions of the person who is signed in."""

from collections.abc import Sequence

from aiohttp import web
from aiohttp_session import get_session

from identity.audit_log import AuditLog
from identity.errors import MemoryUnavailable, NotYours
from identity.links import Link, Links
from identity.memory.records import MemoryRecords, RecordsOfKind
from identity.oidc.provider import Account
from identity.people import ChatUser
from identity.sessions.csrf import check_csrf
from identity.sessions.session_list import SessionList
from identity.sessions.session_store import row_key
from identity.sessions.signed_in import (
    SignedIn,
    require_recent_sign_in,
    signed_in_or_redirect,
    signed_in_or_refuse,
)
from identity.tokens.broker import TokenBroker
from identity.web.chat_user_details import PLATFORMS, shown
from identity.web.flash_message import SAID, say
from identity.web.html import Html

HOME = "/me"


class MePages:
    """Handlers that act for the signed-in person, on what is theirs."""

    def __init__(
        self,
        *,
        html: Html,
        links: Links,
        tokens: TokenBroker,
        sessions: SessionList,
        memories: MemoryRecords,
        audit: AuditLog,
    ) -> None:
        self._html = html
        self._links = links
        self._tokens = tokens
        self._sessions = sessions
        self._memories = memories
        self._audit = audit

    async def overview(self, request: web.Request) -> web.Response:
        """``GET /me``: everything on one page."""
        person = await signed_in_or_redirect(request)
        session = await get_session(request)
        return await self._html.page(
            request,
            "me/overview.html",
            said=session.pop(SAID, ""),
            platforms=PLATFORMS,
            links=_chat_links(await self._links.by_subject(person.subject)),
            sessions=await self._sessions.of(person.subject),
            this=await _this_session(request),
            remembered=await self._remembered(person.subject),
        )

    async def confirm_unlink(self, request: web.Request) -> web.Response:
        """``GET /me/unlink``: which link would end."""
        person = await signed_in_or_redirect(request)
        link = await self._own_link(person, request.query.get("chat_user", ""))
        return await self._html.page(
            request,
            "me/unlink.html",
            account=Account(link.subject, link.account),
            **shown(link.chat_user, link.names),
        )

    async def unlink(self, request: web.Request) -> web.Response:
        """``POST /me/unlink``: end a link, here and at the user pool."""
        person = await signed_in_or_refuse(request)
        await check_csrf(request)
        form = await request.post()
        # A turn may refresh the link's token meanwhile, which makes it another row to revoke.
        for _ in range(3):
            link = await self._own_link(person, str(form.get("chat_user", "")))
            if await self._tokens.revoke(link):
                break
        else:
            raise web.HTTPConflict(text="The link is in use right now. Please try again.")
        await self._audit.write(
            "revoked", by=person.label, about=link.account, detail=link.chat_user.key
        )
        await say(request, f"{PLATFORMS[link.chat_user.platform]} is unlinked.")
        raise web.HTTPSeeOther(HOME)

    async def end_session(self, request: web.Request) -> web.Response:
        """``POST /me/sessions/end``: sign one browser out."""
        person = await signed_in_or_refuse(request)
        await check_csrf(request)
        require_recent_sign_in(person, HOME)
        session = str((await request.post()).get("session", ""))
        if not session or not await self._sessions.end(person.subject, session):
            raise NotYours("no session of this person")
        await say(request, "That browser is signed out.")
        raise web.HTTPSeeOther(HOME)

    async def end_other_sessions(self, request: web.Request) -> web.Response:
        """``POST /me/sessions/end-others``: sign out everywhere but here."""
        person = await signed_in_or_refuse(request)
        await check_csrf(request)
        require_recent_sign_in(person, HOME)
        await self._sessions.end_all(person.subject, but=await _this_session(request))
        await say(request, "Every other browser is signed out.")
        raise web.HTTPSeeOther(HOME)

    async def _own_link(self, person: SignedIn, key: str) -> Link:
        """The person's active link of a chat user; another person's is as good as none."""
        try:
            chat_user = ChatUser.from_key(key)
        except ValueError:
            raise NotYours("no key of a chat user") from None
        link = await self._links.active(chat_user)
        if link is None or link.subject != person.subject or chat_user.platform == "web":
            raise NotYours("no active link of this person")
        return link

    async def _remembered(self, subject: str) -> Sequence[RecordsOfKind] | None:
        """What is remembered, or None: the rest of the page works without the memory."""
        try:
            return await self._memories.of(subject)
        except MemoryUnavailable:
            return None


async def _this_session(request: web.Request) -> str:
    identity = (await get_session(request)).identity
    return row_key(str(identity)) if identity else ""


def _chat_links(links: Sequence[Link]) -> list[Link]:
    """What a person would unlink; the web chat's link is their session, and listed there."""
    return [link for link in links if link.chat_user.platform != "web" and link.state != "revoked"]
