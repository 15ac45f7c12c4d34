"""``/admin/audit``: the audit log, a page at a time or as a file."""

import asyncio
from collections.abc import Callable
from typing import get_args

from aiohttp import web

from identity.admin.administrators import Administrators
from identity.admin.export import csv_file, json_file
from identity.audit_log import PAGE, POSITION, SEARCHED, Action, AuditLog, Entry
from identity.sessions.csrf import check_csrf
from identity.web.html import Html

AUDIT = "/admin/audit"
LONGEST_SEARCH = 200
COLUMNS = ("at", "action", "by", "about", "detail")


class AuditPages:
    """Handlers for administrators."""

    def __init__(self, *, html: Html, administrators: Administrators, audit: AuditLog) -> None:
        self._html = html
        self._administrators = administrators
        self._audit = audit

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application's router."""
        return [
            web.get(AUDIT, self.entries, allow_head=False),
            web.post(f"{AUDIT}/export", self.export),
        ]

    async def entries(self, request: web.Request) -> web.Response:
        """``GET /admin/audit``: what has happened, newest first, searched."""
        await self._administrators.for_page(request)
        words = request.query.get("q", "").strip()[:LONGEST_SEARCH]
        action = request.query.get("action", "")
        action = action if action in get_args(Action) else ""
        entries = await self._audit.search(words, action, _start(request))
        return await self._html.page(
            request,
            "admin/audit.html",
            entries=entries,
            words=words,
            action=action,
            actions=get_args(Action),
            searched=SEARCHED,
            older=entries[-1].position if len(entries) == PAGE else "",
        )

    async def export(self, request: web.Request) -> web.Response:
        """``POST /admin/audit/export``: everything that has happened, as CSV or as JSON."""
        administrator = await self._administrators.for_form(request)
        await check_csrf(request)
        form = await request.post()
        await self._audit.write("exported", by=administrator.label, about="audit log")
        entries = [one async for one in self._audit.entries()]
        make = json_file if form.get("format") == "json" else csv_file
        return await asyncio.to_thread(_file, make, entries)


def _file(make: Callable[..., web.Response], entries: list[Entry]) -> web.Response:
    rows = [(one.at.isoformat(), one.action, one.by, one.about, one.detail) for one in entries]
    return make("audit", COLUMNS, rows)


def _start(request: web.Request) -> str:
    """Where a page of the audit log begins; anything that is no position is the newest."""
    text = request.query.get("before", "")
    return text if POSITION.fullmatch(text) else ""
