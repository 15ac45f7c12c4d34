"""The security headers of every response, among them the Content-Security-Policy."""

from collections.abc import Awaitable, Callable

from aiohttp import web

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "bizassist",
}

POLICY = (
    "default-src 'none'",
    "object-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)

RESPONSE_STARTED = web.RequestKey("response_started", bool)
"""Set once the first line of a response is on its way, after which no page can replace it."""

FormTargets = Callable[[], Awaitable[tuple[str, ...]]]


def security_headers(
    *, https: bool, form_targets: FormTargets
) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """An ``on_response_prepare`` handler that sets the headers of every response.

    :param https: whether people reach us by TLS.
    :param form_targets: other origins that a form may be redirected to; a browser holds
        ``form-action`` against the whole chain of redirects, so the user pool's belongs in it.
    """

    async def prepare(request: web.Request, response: web.StreamResponse) -> None:
        request[RESPONSE_STARTED] = True
        response.headers.update(ALWAYS)
        policy = "; ".join(POLICY)
        if response.content_type == "text/html":
            policy += "; form-action " + " ".join(("'self'", *await form_targets()))
        if not isinstance(response, web.FileResponse):
            response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Content-Security-Policy"] = policy
        if https:
            response.headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"

    return prepare
