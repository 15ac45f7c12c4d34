"""``/admin``: who is linked, what they may do about it, and what has happened."""

from aiohttp import web
from aiohttp_session import get_session

from identity.admin.administrators import Administrators
from identity.admin.export import csv_file, json_file
from identity.audit_log import PAGE, POSITION, AuditLog
from identity.directory.linked_people import SORTS, Directory, page, searched
from identity.errors import NotYours
from identity.links import Link, Links
from identity.oidc.provider import Account
from identity.people import ChatUser
from identity.sessions.csrf import check_csrf
from identity.sessions.session_list import SessionList
from identity.tokens.broker import TokenBroker
from identity.web.chat_user_details import PLATFORMS, shown
from identity.web.flash_message import SAID, say
from identity.web.html import Html

PEOPLE, AUDIT = "/admin/people", "/admin/audit"
LONGEST_SEARCH = 200


class AdminPages:
    """Handlers for administrators; each asks first whether it is one who calls."""

    def __init__(
        self,
        *,
        html: Html,
        administrators: Administrators,
        directory: Directory,
        links: Links,
        tokens: TokenBroker,
        sessions: SessionList,
        audit: AuditLog,
    ) -> None:
        self._html = html
        self._administrators = administrators
        self._directory = directory
        self._links = links
        self._tokens = tokens
        self._sessions = sessions
        self._audit = audit

    async def home(self, request: web.Request) -> web.Response:
        """``GET /admin``: where an administrator begins."""
        await self._administrators.page(request)
        raise web.HTTPFound(PEOPLE)

    async def people(self, request: web.Request) -> web.Response:
        """``GET /admin/people``: the links, searched, sorted, a page at a time."""
        await self._administrators.page(request)
        words, sort = _asked(request)
        found = searched(await self._directory.everybody(), words, sort)
        return await self._html.page(
            request,
            "admin/people.html",
            shown=page(found, _number(request)),
            words=words,
            sort=sort,
            sorts=SORTS,
            platforms=PLATFORMS,
            said=(await get_session(request)).pop(SAID, ""),
        )

    async def export_people(self, request: web.Request) -> web.Response:
        """``POST /admin/people/export``: the links that were found, as a CSV file."""
        administrator = await self._acting(request)
        form = await request.post()
        words, sort = str(form.get("q", ""))[:LONGEST_SEARCH], str(form.get("sort", ""))
        found = searched(await self._directory.everybody(), words, sort)
        await self._audit.write(
            "exported", by=administrator.label, about="people", detail=f"{len(found)} links"
        )
        return csv_file("people", COLUMNS, map(_row, found))

    async def confirm_revoke(self, request: web.Request) -> web.Response:
        """``GET /admin/people/revoke``: which link would end."""
        await self._administrators.page(request)
        link = await self._link(request.query.get("chat_user", ""))
        return await self._html.page(
            request,
            "admin/revoke.html",
            account=Account(link.subject, link.account),
            sessions=await self._sessions.of(link.subject),
            **shown(link.chat_user, link.names),
        )

    async def revoke(self, request: web.Request) -> web.Response:
        """``POST /admin/people/revoke``: end a link, here and at the user pool."""
        administrator = await self._acting(request)
        link = await self._link(str((await request.post()).get("chat_user", "")))
        await self._audit.write(
            "revoked", by=administrator.label, about=link.account, detail=link.chat_user.key
        )
        if not await self._tokens.revoke(link):
            # A turn has refreshed its token between the lines above: it is another row now.
            await self._tokens.revoke(await self._link(link.chat_user.key))
        await self._directory.changed(link.chat_user)
        await say(request, f"The link of {link.account} is revoked.")
        raise web.HTTPSeeOther(PEOPLE)

    async def end_sessions(self, request: web.Request) -> web.Response:
        """``POST /admin/people/sign-out``: end every browser session of a person."""
        administrator = await self._acting(request)
        link = await self._link(str((await request.post()).get("chat_user", "")))
        await self._audit.write("signed out", by=administrator.label, about=link.account)
        count = await self._sessions.end_all(link.subject)
        await say(request, f"{link.account} is signed out of {count} browsers.")
        raise web.HTTPSeeOther(PEOPLE)

    async def audit(self, request: web.Request) -> web.Response:
        """``GET /admin/audit``: what has happened, newest first."""
        await self._administrators.page(request)
        entries = await self._audit.page(_position(request))
        return await self._html.page(
            request,
            "admin/audit.html",
            entries=entries,
            older=entries[-1].position if len(entries) == PAGE else "",
        )

    async def export_audit(self, request: web.Request) -> web.Response:
        """``POST /admin/audit/export``: everything that has happened, as CSV or as JSON."""
        administrator = await self._acting(request)
        form = await request.post()
        await self._audit.write("exported", by=administrator.label, about="audit log")
        rows = [
            (one.at.isoformat(), one.action, one.by, one.about, one.detail)
            async for one in self._audit.entries()
        ]
        make = json_file if form.get("format") == "json" else csv_file
        return make("audit", ("at", "action", "by", "about", "detail"), rows)

    async def _acting(self, request: web.Request) -> Account:
        administrator = await self._administrators.act(request)
        await check_csrf(request)
        return administrator

    async def _link(self, key: str) -> Link:
        try:
            link = await self._links.active(ChatUser.from_key(key))
        except ValueError:
            link = None
        if link is None:
            raise NotYours("no active link of that key")
        return link


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


def _asked(request: web.Request) -> tuple[str, str]:
    words = request.query.get("q", "")[:LONGEST_SEARCH]
    sort = request.query.get("sort", "account")
    return words, sort if sort in SORTS else "account"


def _number(request: web.Request) -> int:
    text = request.query.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1  # noqa: PLR2004


def _position(request: web.Request) -> str:
    """Where a page of the audit log begins; anything that is no position is the newest."""
    text = request.query.get("before", "")
    return text if POSITION.fullmatch(text) else ""
