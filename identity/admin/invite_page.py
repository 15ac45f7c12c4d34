"""``/admin/invite``: make or pick somebody of the user pool, and get what to send them."""

from aiohttp import web

from identity.admin.administrators import Administrators
from identity.audit_log import AuditLog
from identity.directory.invitations import Invitations, Invited, Person
from identity.errors import InvitationRefused
from identity.sessions.csrf import check_csrf
from identity.web.html import Html

INVITE = "/admin/invite"


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
        try:
            invited = await self._invitations.create(username or email, email)
        except InvitationRefused as refusal:
            typed = {"username": username, "email": email}
            return await self._page(request, problem=refusal.sentence, typed=typed)
        await self._audit.write(
            "invited", by=administrator.label, about=invited.person.username, detail="new person"
        )
        return await self._invited_page(request, invited)

    async def invite(self, request: web.Request) -> web.Response:
        """``POST /admin/invite/pick``: somebody who is; ``password`` asks for another one."""
        administrator = await self._administrators.for_form(request)
        await check_csrf(request)
        form = await request.post()
        username, renew = str(form.get("username", "")), form.get("password") == "new"
        try:
            invited = await (
                self._invitations.renew_password(username)
                if renew
                else self._invitations.invite(username)
            )
        except InvitationRefused as refusal:
            return await self._page(request, problem=refusal.sentence)
        await self._audit.write(
            "invited",
            by=administrator.label,
            about=invited.person.username,
            detail="new temporary password" if renew else "",
        )
        return await self._invited_page(request, invited)

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
        )

    async def _invited_page(self, request: web.Request, invited: Invited) -> web.Response:
        return await self._html.page(
            request, "admin/invited.html", invited=invited, address=self._address
        )
