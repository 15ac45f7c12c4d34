"""What the platforms' edges share: how a request is read, and how a refusal is answered."""

import json
import logging
import re
from http import HTTPStatus
from itertools import accumulate

from aiohttp import web
from aiohttp.typedefs import Handler

from bots.errors import After, MalformedRequest, RequestRefused, RequestTooLarge

DEEPEST = 64
"""Levels of JSON; the cards of Slack and Teams have about twenty."""
MOST_PARTS = 20_000
"""Objects and lists of one body, of which the largest of a platform have some hundreds."""
# A string without an end goes to the end: to look for one from each quote in it takes minutes.
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_STEPS = tuple(1 if byte in b"[{" else -1 for byte in range(256))

_log = logging.getLogger(__name__)


def refusals_answered(handler: Handler) -> Handler:
    """``handler``, whose refusals become a status and one sentence: the only place where they do.

    :param handler: may raise :class:`~bots.errors.RequestRefused`.
    """

    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPRequestEntityTooLarge:
            if "text/html" in request.headers.get("Accept", ""):
                raise  # a page is made of it for its person
            return _answer(request, RequestTooLarge())
        except RequestRefused as refused:
            return _answer(request, refused)

    return answered


def _answer(request: web.Request, refused: RequestRefused) -> web.Response:
    ours = refused.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    level = logging.WARNING if ours else logging.INFO
    _log.log(level, "%s was refused, %s: %s", request.path, refused.code, refused)
    answer = web.Response(status=refused.status, text=refused.sentence)
    if isinstance(refused.again, After):  # RFC 9110, section 10.2.3
        answer.headers["Retry-After"] = f"{refused.again.seconds:.0f}"
    return answer


def json_object(body: bytes) -> dict[str, object]:
    """The JSON object that a body holds.

    :raises MalformedRequest: when it is none, or more tangled than any of a platform's.
    """
    if _is_tangled(body):
        raise MalformedRequest(sentence="The body is nested too deeply or has too many parts.")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedRequest(sentence="The body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise MalformedRequest(sentence="The body is not a JSON object.")
    return value


def _is_tangled(body: bytes) -> bool:
    """Whether JSON has more levels or parts than we read, found before anything is made of it."""
    brackets = _STRING.sub(b"", body).translate(None, _NO_BRACKETS)
    if len(brackets) > 2 * MOST_PARTS:
        return True
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > DEEPEST
