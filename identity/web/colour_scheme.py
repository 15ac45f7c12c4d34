"""Whether a browser's pages are light or dark: as its system is, or as its person chose."""

from aiohttp import web

from identity.sessions.csrf import check_csrf
from identity.web.redirect_target import local_path

COOKIE = "colours"
CHOICES = ("system", "light", "dark")
YEAR = 365 * 24 * 60 * 60


def chosen(request: web.Request) -> str:
    """``light`` or ``dark``, where somebody has chosen; empty where the system decides."""
    colours = request.cookies.get(COOKIE, "")
    return colours if colours in CHOICES[1:] else ""


async def choose(request: web.Request) -> web.Response:
    """``POST /colours``: a form that every page has; works without scripts."""
    await check_csrf(request)
    form = await request.post()
    colours = str(form.get("colours", ""))
    if colours not in CHOICES:
        raise web.HTTPBadRequest(text="Please choose light, dark, or as the system is.")
    back = web.HTTPSeeOther(local_path(str(form.get("back", "")), "/chat"))
    back.set_cookie(COOKIE, colours, max_age=YEAR, httponly=True, samesite="Lax")
    raise back
