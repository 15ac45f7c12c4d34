"""``/admin/invite``: make or pick somebody of the user pool, and get what to send them."""

import secrets
from collections.abc import Coroutine
from typing import Any

from aiohttp import web
from aiohttp_session import get_session

from identity.admin.administrators import Administrators
from identity.audit_log import AuditLog
from identity.directory.user_provisioning import Invitations, Invited, Person, temporary_password
from identity.errors import InvitationRefused
from identity.sessions.csrf import check_csrf, csrf_token
from identity.web.html import Html

INVITE = "/admin/invite"
LONGEST = 254
"""Characters of an address (RFC 5321); what is no name of anybody is written down no further."""


class InvitePages:
    """Handlers for administrators.

    :param address: where whoever is invited begins: it leads to the sign-in and to their page.
    """

    def __init__(
        self,
        *,
        html: Html,
        administrators: Administrators,
        invitations: Invitations,
        audit: AuditLog,
        address: str,
    ) -> None:
        self._html = html
        self._administrators = administrators
        self._invitations = invitations
        self._audit = audit
        self._address = address

    def routes(self) -> list[web.AbstractRouteDef]:
        """What to add to the application's router."""
        return [
            web.get(INVITE, self.search, allow_head=False),
            web.post(f"{INVITE}/new", self.create),
            web.post(f"{INVITE}/pick", self.invite),
        ]

    async def search(self, request: web.Request) -> web.Response:
        """``GET /admin/invite``: the people that were looked for, and a form for a new one."""
        await self._administrators.for_page(request)
        word = request.query.get("q", "").strip()
        people = await self._invitations.search(word) if word else []
        return await self._page(request, word=word, people=people)

    async def create(self, request: web.Request) -> web.Response:
        """``POST /admin/invite/new``: somebody who wasn't in the user pool."""
        administrator = await self._administrators.for_form(request)
        await check_csrf(request)
        form = await request.post()
        username, email = (str(form.get(name, "")).strip() for name in ("username", "email"))
        password = await _password(request, username or email)
        try:
            invited = await self._noted(
                self._invitations.create(username or email, email, password),
                by=administrator.label,
                about=username or email,
                detail="new person",
            )
        except InvitationRefused as refusal:
            typed = {"username": username, "email": email}
            return await self._page(request, problem=refusal.sentence, typed=typed)
        return await self._invited_page(request, invited)

    async def invite(self, request: web.Request) -> web.Response:
        """``POST /admin/invite/pick``: somebody who is; ``password`` asks for another one."""
        administrator = await self._administrators.for_form(request)
        await check_csrf(request)
        form = await request.post()
        username, renew = str(form.get("username", "")), form.get("password") == "new"
        try:
            invited = await self._noted(
                self._invitations.renew_password(username, await _password(request, username))
                if renew
                else self._invitations.invite(username),
                by=administrator.label,
                about=username,
                detail="new temporary password" if renew else "",
            )
        except InvitationRefused as refusal:
            return await self._page(request, problem=refusal.sentence)
        return await self._invited_page(request, invited)

    async def _noted(
        self, act: Coroutine[Any, Any, Invited], *, by: str, about: str, detail: str
    ) -> Invited:
        """Write down what is about to be done, do it, and write down that it was.

        The first entry alone means that it was refused, or broke off: the user pool tells.
        """
        try:
            await self._audit.write("inviting", by=by, about=about[:LONGEST], detail=detail)
            invited = await act
        finally:
            act.close()
        await self._audit.write("invited", by=by, about=invited.person.username, detail=detail)
        return invited

    async def _page(
        self,
        request: web.Request,
        *,
        word: str = "",
        people: list[Person] | None = None,
        problem: str = "",
        typed: dict[str, str] | None = None,
    ) -> web.Response:
        return await self._html.page(
            request,
            "admin/invite.html",
            status=InvitationRefused.status if problem else 200,
            word=word,
            people=people or [],
            problem=problem,
            typed=typed or {"username": "", "email": ""},
            form=secrets.token_urlsafe(16),
        )

    async def _invited_page(self, request: web.Request, invited: Invited) -> web.Response:
        return await self._html.page(
            request, "admin/invited.html", invited=invited, address=self._address
        )


async def _password(request: web.Request, username: str) -> str:
    """A temporary one for ``username``; a form that is sent again brings the same."""
    form = str((await request.post()).get("form", "")) or secrets.token_urlsafe(16)
    return temporary_password(csrf_token(await get_session(request)), f"{form}\n{username}")
