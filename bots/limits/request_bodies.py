"""How large a request's body may be, what it may be written in, and how long it may take."""

import asyncio
import codecs

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from bots.edge import refusals_answered
from bots.errors import (
    MalformedRequest,
    RequestRefused,
    RequestTooLarge,
    RequestTooSlow,
    UnreadableBody,
)

LARGEST = 256 * 1024
"""Bytes; the longest question of the web chat has 192 KB as a form writes it, an activity of Teams
at most 100 KB ("Format your bot messages", Teams platform documentation)."""
LARGEST_OF_SLACK = 1024 * 1024
"""Bytes; 40,000 characters of a message come as text and as blocks, six bytes for each. A client of
AG-UI sends the whole conversation each time."""
BODY_SECONDS = 10.0
"""In which the whole body must be here."""

_SLACK = "/slack/"
_AGUI = "/agui"
_WITH_FILES = "/chat/{conversation}"
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/"
_READ = frozenset({hdrs.METH_POST, hdrs.METH_PUT, hdrs.METH_PATCH, hdrs.METH_DELETE})


@web.middleware
async def bounded_bodies(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Read the body within its bounds before anything else looks at the request.

    Only a question with files reads its own, piece by piece (:mod:`bots.web.incoming`).
    """

    async def read_first(request: web.Request) -> web.StreamResponse:
        try:
            await _read(request)
        except RequestRefused as refused:
            if "text/html" in request.headers.get(hdrs.ACCEPT, ""):
                raise _for_people(refused) from refused
            raise
        return await handler(request)

    return await refusals_answered(read_first)(request)


def _for_people(refused: RequestRefused) -> web.HTTPException:
    """The refusal of a browser's request, which a page is made of."""
    match refused:
        case RequestTooLarge():
            return web.HTTPRequestEntityTooLarge(LARGEST, text=refused.sentence)
        case RequestTooSlow():
            return web.HTTPRequestTimeout(text=refused.sentence)
        case UnreadableBody():
            return web.HTTPUnsupportedMediaType(text=refused.sentence)
    return web.HTTPBadRequest(text=refused.sentence)


async def _read(request: web.Request) -> None:
    """Read the body, which the request then keeps; a copy of it would lose its session.

    :raises UnreadableBody: when it is compressed, or written in what we don't read.
    :raises RequestTooLarge: when it is longer than what its route takes.
    :raises RequestTooSlow: when it doesn't come.
    :raises MalformedRequest: when it is a form that is no text.
    """
    place = request.match_info.route.resource
    if place is None or request.method not in _READ or not request.can_read_body:
        return
    _check_coding(request)
    if request.content_type.startswith(_MULTIPART):
        if place.canonical != _WITH_FILES:
            raise UnreadableBody
        return
    most = largest_body(place.canonical)
    if (request.content_length or 0) > most:
        raise RequestTooLarge
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await request.read()  # up to the megabyte that aiohttp allows
    except (TimeoutError, ConnectionError):  # or its sender has gone, and hears nothing
        raise RequestTooSlow from None
    if len(body) > most:
        raise RequestTooLarge
    if request.content_type == _FORM:
        _check_text(body)


def largest_body(route: str) -> int:
    """How many bytes a body may have that is sent to a route, files aside."""
    return LARGEST_OF_SLACK if route.startswith(_SLACK) or route == _AGUI else LARGEST


def _check_coding(request: web.Request) -> None:
    """Nobody who calls us compresses, and a small body could unpack into a large one."""
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity") != "identity":
        raise UnreadableBody
    try:
        name = codecs.lookup(request.charset or "utf-8").name
    except (LookupError, ValueError):
        raise UnreadableBody from None
    if name not in {"utf-8", "ascii"}:
        raise UnreadableBody


def _check_text(body: bytes) -> None:
    try:
        body.decode()
    except ValueError:
        raise MalformedRequest(sentence="The body is not valid text.") from None
