"""The cookie that tells which browser a link request belongs to, and the form that claims it."""

import hashlib
from hmac import compare_digest

from aiohttp import web

from identity.errors import FormRejected
from identity.linking.link_requests import LIFETIME
from identity.sessions.session_cookie import FORMAT, new_cookie

COOKIE = "__Host-bizassist-link"
"""Not the session's: a sign-in replaces that one, and a page that is only looked at has none."""


def browser(request: web.Request) -> str:
    """What the browser is known by; a value of its own, made up here, where it brings none."""
    cookie = request.cookies.get(COOKIE, "")
    return cookie if FORMAT.fullmatch(cookie) else new_cookie()


def remember_browser(response: web.StreamResponse, cookie: str) -> None:
    """Let the browser be known again for as long as a link request lives."""
    response.set_cookie(
        COOKIE, cookie, max_age=LIFETIME, path="/", secure=True, httponly=True, samesite="Lax"
    )


def browser_id(cookie: str) -> str:
    """What a link request keeps of its browser; 256 random bits need no salt."""
    return hashlib.sha256(cookie.encode()).hexdigest()


def form_token(cookie: str) -> str:
    """What the form of this browser's page carries."""
    return hashlib.sha256(f"form:{cookie}".encode()).hexdigest()


async def claiming_browser(request: web.Request) -> str:
    """The id of the browser that sends the form of its own page.

    :raises FormRejected: for any other form, and where the browser keeps no cookie.
    """
    given = (await request.post()).get("csrf_token", "")
    cookie = request.cookies.get(COOKIE, "")
    if not isinstance(given, str) or not FORMAT.fullmatch(cookie):
        raise FormRejected("a link's form without a cookie")
    if not compare_digest(form_token(cookie).encode(), given.encode(errors="surrogatepass")):
        raise FormRejected("a link's form of another browser")
    return browser_id(cookie)
