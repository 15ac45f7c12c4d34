"""Slack's door: verify, put into the inbox, acknowledge; nothing else happens in the request."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from bots.platform import Accepted
from bots.queue.inbox import InboxUnavailable
from bots.slack.incoming.payloads import MalformedPayload, read_message

Accept = Callable[[Accepted], Awaitable[None]]
"""Puts what arrived into the inbox and returns when it is safe there; raises InboxUnavailable."""

MAX_BODY = 1024 * 1024
MAX_FORM_FIELDS = 100  # a slash command has about fifteen

_log = logging.getLogger(__name__)


class _Refused(Exception):
    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class SlackEdge:
    """The three addresses that Slack calls.

    :param signing_secret: the app's signing secret.
    :param accept: puts a verified event into the inbox.
    """

    def __init__(self, signing_secret: str, accept: Accept) -> None:
        self._verifier = SignatureVerifier(signing_secret)
        self._accept = accept

    def routes(self) -> list[web.RouteDef]:
        """The routes, for ``Application.add_routes``."""
        return [
            web.post("/slack/commands", self._ending_in_one_sentence(self._command)),
            web.post("/slack/events", self._ending_in_one_sentence(self._event)),
            web.post("/slack/interactions", self._ending_in_one_sentence(self._interaction)),
        ]

    def _ending_in_one_sentence(
        self, handle: Callable[[bytes], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handler(request: web.Request) -> web.Response:
            try:
                return await handle(await self._verified_body(request))
            except _Refused as refused:
                return web.Response(status=refused.status, text=str(refused))
            except MalformedPayload as malformed:
                return web.Response(status=400, text=str(malformed))

        return handler

    async def _verified_body(self, request: web.Request) -> bytes:
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            body = b" " * (MAX_BODY + 1)
        if len(body) > MAX_BODY:
            raise _Refused(413, "The request is larger than one megabyte.")
        if not self._signed(body, request.headers):
            raise _Refused(401, "The request is not signed by Slack, or it is too old.")
        return body

    def _signed(self, body: bytes, headers: Mapping[str, str]) -> bool:
        try:
            return self._verifier.is_valid_request(body, headers)
        except (ValueError, TypeError):
            # A timestamp that is no number, a body that is no UTF-8, a signature that is no ASCII:
            # the verifier does not expect them, and Slack does not send them.
            return False

    async def _command(self, body: bytes) -> web.Response:
        form = _form(body)
        if form.get("ssl_check") == "1":  # Slack looks whether our certificate is good
            return web.Response()
        if "command" not in form:
            raise _Refused(400, "This is not a slash command.")
        incoming = read_message(form)
        if incoming is not None:
            try:
                await self._accept(incoming.accepted(form))
            except InboxUnavailable:
                _log.exception("a slash command could not be put into the inbox")
                return _private("I can't take questions right now. Please try again in a minute.")
        return web.Response()

    async def _event(self, body: bytes) -> web.Response:
        envelope = _json_object(body)
        if envelope.get("type") == "url_verification":
            return web.json_response({"challenge": str(envelope.get("challenge", ""))})
        incoming = read_message(envelope)
        if incoming is not None:
            try:
                await self._accept(incoming.accepted(envelope))
            except InboxUnavailable:
                _log.exception("an event could not be put into the inbox; Slack sends it again")
                raise _Refused(503, "The event could not be kept; please send it again.") from None
        return web.Response()

    async def _interaction(self, body: bytes) -> web.Response:
        # The only button so far opens a link in the browser. Slack tells us of the click too and
        # wants it acknowledged; there is nothing to do.
        _json_object(_form(body).get("payload", "").encode())
        return web.Response()


def _form(body: bytes) -> dict[str, str]:
    try:
        fields = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=MAX_FORM_FIELDS,
        )
    except ValueError:
        raise _Refused(400, "The body is not a form.") from None
    return dict(fields)


def _json_object(body: bytes) -> dict[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise _Refused(400, "The body is not valid JSON.") from None
    if not isinstance(value, dict):
        raise _Refused(400, "The body is not a JSON object.")
    return value


def _private(sentence: str) -> web.Response:
    return web.json_response({"response_type": "ephemeral", "text": sentence})
