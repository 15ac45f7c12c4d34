"""``/me/sessions``: the signed-in person ends browser sessions of theirs."""

from aiohttp import web

from identity.errors import NotYours
from identity.sessions.csrf import check_csrf
from identity.sessions.session_list import SessionList
from identity.sessions.session_store import ROW_KEY, this_session
from identity.sessions.signed_in_person import require_recent_sign_in, signed_in_or_refuse
from identity.web.flash_message import flash

HOME = "/me"


class SessionPages:
    """Ends one session, or every other one; only for who has just shown who they are."""

    def __init__(self, *, sessions: SessionList) -> None:
        self._sessions = sessions

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application's router."""
        return [
            web.post("/me/sessions/end", self.end_session),
            web.post("/me/sessions/end-others", self.end_other_sessions),
        ]

    async def end_session(self, request: web.Request) -> web.Response:
        """``POST /me/sessions/end``: sign one browser out."""
        person = await signed_in_or_refuse(request)
        await check_csrf(request)
        require_recent_sign_in(person, HOME)
        session = str((await request.post()).get("session", ""))
        if not ROW_KEY.fullmatch(session) or not await self._sessions.end(person.subject, session):
            raise NotYours("no session of this person")
        await flash(request, "That browser is signed out.")
        raise web.HTTPSeeOther(HOME)

    async def end_other_sessions(self, request: web.Request) -> web.Response:
        """``POST /me/sessions/end-others``: sign out everywhere but here."""
        person = await signed_in_or_refuse(request)
        await check_csrf(request)
        require_recent_sign_in(person, HOME)
        await self._sessions.end_all(person.subject, but=await this_session(request))
        await flash(request, "Every other browser is signed out.")
        raise web.HTTPSeeOther(HOME)
