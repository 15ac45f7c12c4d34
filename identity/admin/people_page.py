"""``/admin/people``: who is linked, and the end of a link or of somebody's sessions."""

import asyncio

from aiohttp import web

from identity.admin.administrators import Administrators
from identity.admin.export import csv_file
from identity.audit_log import AuditLog
from identity.directory.linked_people import SORTS, LinkedPeople, page, searched
from identity.errors import NotYours
from identity.links import Link, Links
from identity.oidc.token_verification import Account
from identity.people import ChatUser
from identity.sessions.csrf import check_csrf
from identity.sessions.session_list import SessionList
from identity.tokens.broker import TokenBroker
from identity.web.chat_user_details import PLATFORM_NAMES, chat_user_details
from identity.web.flash_message import flash, take_flash
from identity.web.html import Html
from identity.web.untrusted_text import single_line

PEOPLE = "/admin/people"
LONGEST_SEARCH = 200


class PeoplePages:
    """Handlers for administrators; each asks first whether it is one who calls."""

    def __init__(
        self,
        *,
        html: Html,
        administrators: Administrators,
        linked_people: LinkedPeople,
        links: Links,
        tokens: TokenBroker,
        sessions: SessionList,
        audit: AuditLog,
    ) -> None:
        self._html = html
        self._administrators = administrators
        self._linked_people = linked_people
        self._links = links
        self._tokens = tokens
        self._sessions = sessions
        self._audit = audit

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application's router."""
        return [
            web.get("/admin", self.home, allow_head=False),
            web.get(PEOPLE, self.people, allow_head=False),
            web.post(f"{PEOPLE}/export", self.export_people),
            web.get(f"{PEOPLE}/revoke", self.confirm_revoke, allow_head=False),
            web.post(f"{PEOPLE}/revoke", self.revoke),
            web.post(f"{PEOPLE}/sign-out", self.end_sessions),
        ]

    async def home(self, request: web.Request) -> web.Response:
        """``GET /admin``: where an administrator begins."""
        await self._administrators.for_page(request)
        raise web.HTTPFound(PEOPLE)

    async def people(self, request: web.Request) -> web.Response:
        """``GET /admin/people``: the links, searched, sorted, a page at a time."""
        await self._administrators.for_page(request)
        words, sort = _search(request)
        found = await self._found(words, sort)
        return await self._html.page(
            request,
            "admin/people.html",
            shown=page(found, _number(request)),
            words=words,
            sort=sort,
            sorts=SORTS,
            platforms=PLATFORM_NAMES,
            flash=await take_flash(request),
        )

    async def export_people(self, request: web.Request) -> web.Response:
        """``POST /admin/people/export``: the links that were found, as a CSV file."""
        administrator = await self._administrator(request)
        form = await request.post()
        words, sort = str(form.get("q", ""))[:LONGEST_SEARCH], str(form.get("sort", ""))
        found = await self._found(words, sort)
        await self._audit.write(
            "exported", by=administrator.label, about="people", detail=f"{len(found)} links"
        )
        return await asyncio.to_thread(csv_file, "people", COLUMNS, map(_row, found))

    async def confirm_revoke(self, request: web.Request) -> web.Response:
        """``GET /admin/people/revoke``: which link would end."""
        await self._administrators.for_page(request)
        link = await self._link(request.query.get("chat_user", ""))
        return await self._html.page(
            request,
            "admin/revoke.html",
            account=Account(link.subject, link.account),
            sessions=await self._sessions.of(link.subject),
            **chat_user_details(link.chat_user, link.names),
        )

    async def revoke(self, request: web.Request) -> web.Response:
        """``POST /admin/people/revoke``: end a link, here and at the user pool."""
        administrator = await self._administrator(request)
        link = await self._link(str((await request.post()).get("chat_user", "")), ended=True)
        if link.state == "active":
            await self._audit.write(
                "revoked", by=administrator.label, about=link.account, detail=link.chat_user.key
            )
            await self._tokens.revoke(link)
        await self._linked_people.changed(link.chat_user)
        await flash(request, f"The link of {single_line(link.account)} is revoked.")
        raise web.HTTPSeeOther(PEOPLE)

    async def end_sessions(self, request: web.Request) -> web.Response:
        """``POST /admin/people/sign-out``: end every browser session of a person."""
        administrator = await self._administrator(request)
        link = await self._link(str((await request.post()).get("chat_user", "")))
        await self._audit.write("signed out", by=administrator.label, about=link.account)
        await self._sessions.end_all(link.subject)
        await flash(request, f"{single_line(link.account)} is signed out of every browser.")
        raise web.HTTPSeeOther(PEOPLE)

    async def _found(self, words: str, sort: str) -> list[Link]:
        return await asyncio.to_thread(searched, await self._linked_people.everybody(), words, sort)

    async def _administrator(self, request: web.Request) -> Account:
        administrator = await self._administrators.for_form(request)
        await check_csrf(request)
        return administrator

    async def _link(self, key: str, *, ended: bool = False) -> Link:
        """The active link of a chat user, or one that was ``ended``: a form may be sent twice."""
        try:
            link = await self._links.get(ChatUser.from_key(key))
        except ValueError:
            link = None
        if link and (link.state == "active" or (ended and link.state == "revoked")):
            return link
        raise NotYours("no such link of that key")


COLUMNS = (
    "account",
    "subject",
    "platform",
    "workspace",
    "workspace id",
    "chat user",
    "chat user id",
    "state",
    "linked at",
    "last seen",
)


def _row(link: Link) -> tuple[str, ...]:
    return (
        link.account,
        link.subject,
        link.chat_user.platform,
        link.names.workspace,
        link.chat_user.tenant,
        link.names.user,
        link.chat_user.user,
        link.state,
        link.linked_at.isoformat(),
        link.last_seen.isoformat() if link.last_seen else "",
    )


def _search(request: web.Request) -> tuple[str, str]:
    words = request.query.get("q", "")[:LONGEST_SEARCH]
    sort = request.query.get("sort", "account")
    return words, sort if sort in SORTS else "account"


def _number(request: web.Request) -> int:
    text = request.query.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1  # noqa: PLR2004
