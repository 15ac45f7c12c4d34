"""The cookie of a browser session: its name, its attributes, how it is set and deleted."""

import re
import secrets

from aiohttp import web
from aiohttp_session import AbstractStorage

COOKIE = "__Host-bizassist"
"""The prefix makes the browser insist on Secure, on path ``/`` and on this host (RFC 6265bis)."""

FORMAT = re.compile(r"[A-Za-z0-9_-]{43}")


def new_cookie() -> str:
    """A value that nobody guesses: 256 random bits in :data:`FORMAT`."""
    return secrets.token_urlsafe(32)


class CookieStorage(AbstractStorage):
    """Reads, sets and deletes the cookie; where the session itself is kept is a subclass's part."""

    def __init__(self) -> None:
        super().__init__(cookie_name=COOKIE, secure=True, httponly=True, samesite="Lax")

    def load_cookie(self, request: web.Request) -> str | None:
        """The request's cookie, if it is one that we could have set."""
        cookie = super().load_cookie(request)
        return cookie if cookie and FORMAT.fullmatch(cookie) else None

    def save_cookie(
        self, response: web.StreamResponse, cookie_data: str, *, max_age: int | None = None
    ) -> None:
        """Set the cookie, or delete it; a browser deletes a ``__Host-`` cookie by a Secure one."""
        if cookie_data:
            super().save_cookie(response, cookie_data, max_age=max_age)
        else:
            response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")
