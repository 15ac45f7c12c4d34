"""What every response tells the browser, and how an error becomes a page."""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from aiohttp.typedefs import Handler, Middleware
from botocore.exceptions import BotoCoreError, ClientError

from identity.errors import IdentityError, SignInUnavailable
from identity.web.html import Html

log = logging.getLogger(__name__)

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

SENTENCES = {
    404: "There is no such page.",
    405: "This page can't be used that way.",
    413: "That is more than can be sent at once.",
}
"""What a person reads in place of aiohttp's own words."""

UNEXPECTED = "Something went wrong on our side. Please try again in a minute."

ANSWERING = web.RequestKey("answering", bool)
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
        request[ANSWERING] = True
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


def error_pages(html: Html) -> Middleware:
    """A middleware that ends an error as a page with one sentence.

    An :class:`IdentityError` has its own; a handler gives one as the text of an HTTP error.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except IdentityError as error:
            log.info("%s %s: %s", request.method, _route(request), error)
            return _page(request, html, error.status, error.sentence)
        except (web.HTTPClientError, web.HTTPServerError) as error:
            sentence = SENTENCES.get(error.status, error.text or error.reason)
            return _page(request, html, error.status, sentence)
        except (ClientError, BotoCoreError) as error:
            log.warning("%s %s: %s", request.method, _route(request), type(error).__name__)
            return _page(request, html, SignInUnavailable.status, SignInUnavailable.sentence)
        except (web.HTTPException, ConnectionError):
            raise  # a redirect, or the browser has gone away
        except Exception as error:
            log.exception("%s %s failed", request.method, _route(request), exc_info=error)
            return _page(request, html, HTTPStatus.INTERNAL_SERVER_ERROR, UNEXPECTED)

    return middleware


def local_path(wanted: str, otherwise: str) -> str:
    """``wanted`` if it is a path on this host and nothing else, however a browser may read it."""
    parts = urlsplit(wanted)
    if (
        not wanted.startswith("/")
        or wanted.startswith("//")
        or "\\" in wanted
        or not wanted.isprintable()
        or parts.scheme
        or parts.netloc
    ):
        return otherwise
    return wanted


def _page(request: web.Request, html: Html, status: int, sentence: str) -> web.Response:
    if request.get(ANSWERING):
        raise ConnectionResetError("a response that is under way broke off")
    if "text/html" not in request.headers.get("Accept", "text/html"):
        return web.Response(text=sentence, status=status)
    return html.render("message.html", status=status, sentence=sentence)


class AccessLog(AbstractAccessLogger):
    """One line a request, for ``web.AppRunner(app, access_log_class=AccessLog)``.

    It names the route, not the path: paths and queries carry link requests, codes and states.
    """

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Write the line."""
        route = _route(request) if isinstance(request, web.Request) else "unknown"
        self.logger.info("%s %s %d %.0f ms", request.method, route, response.status, time * 1_000)


def _route(request: web.Request) -> str:
    """The route's pattern, for logs: the path itself may carry a link request's secret."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"
