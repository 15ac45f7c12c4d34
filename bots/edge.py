"""What the platforms' edges share: how a request is read, and how a refusal is answered."""

import json
import logging
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from bots.errors import MalformedRequest, RequestRefused, RequestTooLarge

_log = logging.getLogger(__name__)


def refusals_answered(handler: Handler) -> Handler:
    """``handler``, whose refusals become a status and one sentence: the only place where they do.

    :param handler: may raise :class:`~bots.errors.RequestRefused`.
    """

    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPRequestEntityTooLarge:
            return _answer(request, RequestTooLarge())
        except RequestRefused as refused:
            return _answer(request, refused)

    return answered


def _answer(request: web.Request, refused: RequestRefused) -> web.Response:
    ours = refused.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    level = logging.WARNING if ours else logging.INFO
    _log.log(level, "%s was refused, %s: %s", request.path, refused.code, refused)
    return web.Response(status=refused.status, text=refused.sentence)


def json_object(body: bytes) -> dict[str, object]:
    """The JSON object that a body holds.

    :raises MalformedRequest: when it is none.
    """
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise MalformedRequest(sentence="The body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise MalformedRequest(sentence="The body is not a JSON object.")
    return value
