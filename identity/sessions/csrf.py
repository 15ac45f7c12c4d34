"""The CSRF token of a browser session: shown in its forms, checked in what they send."""

import hashlib
from hmac import compare_digest
from typing import cast

from aiohttp import web
from aiohttp_session import Session, get_session

from identity.errors import FormRejected
from identity.sessions.session_store import StoredSession

CSRF = "csrf"
"""Where a session keeps it."""


def csrf_token(session: Session) -> str:
    """The token that each form of this session carries in a field ``csrf_token``.

    Two pages that open at once must show the same one, so the session's own secret decides it.
    """
    if CSRF not in session:
        cookie = cast("StoredSession", session).cookie
        session[CSRF] = hashlib.sha256(f"{CSRF}:{cookie}".encode()).hexdigest()
    return str(session[CSRF])


async def check_csrf(request: web.Request) -> None:
    """Let a POST through that was made by a page of this session.

    The token comes in the form's field ``csrf_token`` or in the header ``X-CSRF-Token``.

    :raises FormRejected: for any other.
    """
    given = request.headers.get("X-CSRF-Token")
    if given is None:
        field = (await request.post()).get("csrf_token", "")
        given = field if isinstance(field, str) else ""
    await check_csrf_token(request, given)


async def check_csrf_token(request: web.Request, given: str) -> None:
    """The same, for who reads the form in their own way.

    :raises FormRejected: when the token is not this session's.
    """
    session = await get_session(request)
    if CSRF not in session or not compare_digest(
        str(session[CSRF]).encode(), given.encode(errors="surrogatepass")
    ):
        raise FormRejected("wrong or missing CSRF token")
