"""The routes of this package; those that nobody need be signed in for with a rate limit."""

from aiohttp import web
from aiohttp.typedefs import Handler

from identity.admin.people_page import AdminPages
from identity.linking.pages import LinkPages
from identity.linking.undo_page import UndoPages
from identity.me.pages import MePages
from identity.memory.forget_page import MemoryPages
from identity.sign_in.pages import AuthPages
from identity.web.html import STATIC, STATIC_URL
from identity.web.rate_limit import RateLimit


def identity_routes(
    *,
    auth_pages: AuthPages,
    link_pages: LinkPages,
    undo_pages: UndoPages,
    me_pages: MePages,
    admin_pages: AdminPages,
    memory_pages: MemoryPages,
    rate_limit: RateLimit,
) -> list[web.AbstractRouteDef]:
    """What to add to the application's router."""

    def limited(handler: Handler) -> Handler:
        async def counted(request: web.Request) -> web.StreamResponse:
            rate_limit.check(request)
            return await handler(request)

        return counted

    return [
        # No HEAD: answering one costs as much as the page.
        web.get("/link/{request}", limited(link_pages.start), allow_head=False),
        web.post("/link/confirm", limited(link_pages.answer)),
        web.get("/auth/login", limited(auth_pages.login), name="login", allow_head=False),
        web.get("/auth/callback", limited(auth_pages.callback), allow_head=False),
        web.get("/auth/logout", limited(auth_pages.confirm_sign_out), allow_head=False),
        web.post("/auth/logout", limited(auth_pages.sign_out)),
        web.get("/auth/signed-out", limited(auth_pages.signed_out), allow_head=False),
        web.get("/undo/{secret}", limited(undo_pages.ask), allow_head=False),
        web.post("/undo/{secret}", limited(undo_pages.undo)),
        web.get("/me", me_pages.overview, allow_head=False),
        web.get("/me/unlink", me_pages.confirm_unlink, allow_head=False),
        web.post("/me/unlink", me_pages.unlink),
        web.post("/me/sessions/end", me_pages.end_session),
        web.post("/me/sessions/end-others", me_pages.end_other_sessions),
        web.post("/me/memories/forget", memory_pages.forget),
        web.get("/me/memories/forget-all", memory_pages.confirm_forget_all, allow_head=False),
        web.post("/me/memories/forget-all", memory_pages.forget_all),
        web.get("/admin", admin_pages.home, allow_head=False),
        web.get("/admin/people", admin_pages.people, allow_head=False),
        web.post("/admin/people/export", admin_pages.export_people),
        web.get("/admin/people/revoke", admin_pages.confirm_revoke, allow_head=False),
        web.post("/admin/people/revoke", admin_pages.revoke),
        web.post("/admin/people/sign-out", admin_pages.end_sessions),
        web.get("/admin/audit", admin_pages.audit, allow_head=False),
        web.post("/admin/audit/export", admin_pages.export_audit),
        web.static(STATIC_URL, STATIC),
    ]
