"""Error pages: the one place where an error becomes what a person reads."""

import logging
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from botocore.exceptions import BotoCoreError, ClientError

from identity.errors import IdentityError, SignInUnavailable
from identity.web.access_log import route_pattern
from identity.web.html import Html
from identity.web.security_headers import RESPONSE_STARTED

log = logging.getLogger(__name__)

SENTENCES = {
    404: "There is no such page.",
    405: "This page can't be used that way.",
    413: "That is more than can be sent at once.",
}
"""What a person reads in place of aiohttp's own words."""

UNEXPECTED = "Something went wrong on our side. Please try again in a minute."


def error_pages(html: Html) -> Middleware:
    """A middleware that ends an error as a page with one sentence.

    An :class:`IdentityError` has its own; a handler gives one as the text of an HTTP error.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except IdentityError as error:
            log.info("%s %s: %s", request.method, route_pattern(request), error)
            return _error_page(request, html, error)
        except (web.HTTPClientError, web.HTTPServerError) as error:
            sentence = SENTENCES.get(error.status, error.text or error.reason)
            return _page(request, html, error.status, sentence)
        except (ClientError, BotoCoreError) as error:
            log.warning("%s %s: %s", request.method, route_pattern(request), type(error).__name__)
            return _error_page(request, html, SignInUnavailable(type(error).__name__))
        except (web.HTTPException, ConnectionError):
            raise  # a redirect, or the browser has gone away
        except Exception as error:
            log.exception("%s %s failed", request.method, route_pattern(request), exc_info=error)
            return _page(request, html, HTTPStatus.INTERNAL_SERVER_ERROR, UNEXPECTED)

    return middleware


def _error_page(request: web.Request, html: Html, error: IdentityError) -> web.Response:
    page = _page(request, html, error.status, error.sentence)
    if error.retry_after is not None:
        page.headers["Retry-After"] = str(error.retry_after)  # RFC 9110, section 10.2.3
    return page


def _page(request: web.Request, html: Html, status: int, sentence: str) -> web.Response:
    if request.get(RESPONSE_STARTED):
        raise ConnectionResetError("a response that is under way broke off")
    if "text/html" not in request.headers.get("Accept", "text/html"):
        return web.Response(text=sentence, status=status)
    return html.render("message.html", status=status, sentence=sentence)
