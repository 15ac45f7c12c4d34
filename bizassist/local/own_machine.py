"""Keeps pages in a developer's browser away from the local stack, also by a name of their own.

A page may send a request anywhere, and by a name that it lets point to 127.0.0.1 ("DNS rebinding")
read the answer as well. It can't choose the two headers that the browser sets: Host and Origin.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

OURS = frozenset({"127.0.0.1", "localhost", "::1"})
REFUSAL = "This is a local stand-in for programs on this machine."


class OwnMachine:
    """ASGI middleware: answers programs that know its address, and no page of another site."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            if not is_ours(headers.get("host", ""), headers.get("origin")):
                await PlainTextResponse(REFUSAL, 403)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def is_ours(host: str, origin: str | None) -> bool:
    """Whether a request was sent to this machine by its address, and by no other site's page.

    :param host: the header Host (RFC 9110, section 7.2).
    :param origin: the header Origin (RFC 6454, section 7); None where there is none.
    """
    try:
        known = urlsplit(f"//{host}").hostname in OURS
        return known and (origin is None or urlsplit(origin).netloc == host)
    except ValueError:
        return False
