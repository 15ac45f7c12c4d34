"""Slack's edge: verify, put into the inbox, acknowledge; nothing else happens in the request."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl

from aiohttp import web

from bots.edge import json_object, refusals_answered
from bots.errors import InboxUnavailable, MalformedRequest
from bots.platform import Accept
from bots.slack.incoming.app_opened import read_opened
from bots.slack.incoming.approval_click import read_click
from bots.slack.incoming.button_click import read_button_click
from bots.slack.incoming.message_shortcut import (
    NOTHING_TYPED,
    QUESTION,
    FormQuestion,
    Shortcut,
)
from bots.slack.incoming.payloads import IncomingMessage, read_message, tenant_of
from bots.slack.incoming.signature import Signature
from bots.turn.decision_and_stop import Decided, Decision
from identity.people import ChatUser
from identity.sessions.known_sender import recognise

Decide = Callable[[str, ChatUser, Decision], Awaitable[Decided | None]]
Act = Callable[[Mapping[str, object]], Awaitable[bool]]
OpenForm = Callable[[Shortcut], Awaitable[None]]
IsAnswered = Callable[[str, ChatUser], Awaitable[bool]]

MAX_FORM_FIELDS = 100  # a slash command has about fifteen

_log = logging.getLogger(__name__)


class SlackEdge:
    """The three addresses that Slack calls.

    :param signing_secret: the app's signing secret.
    :param accept: puts a verified event into the inbox.
    :param decide: takes a decision about a turn, by the link of who clicked.
    :param is_answered: whether the assistant has answered a person in a conversation.
    :param open_form: opens the form that a shortcut asks for, within three seconds.
    :param act: does at once what a payload asks for that is no question.
    """

    def __init__(
        self,
        signing_secret: str,
        accept: Accept,
        decide: Decide,
        *,
        is_answered: IsAnswered,
        open_form: OpenForm,
        act: Act,
    ) -> None:
        self._act = act
        self._open_form = open_form
        self._is_answered = is_answered
        self._signature = Signature(signing_secret)
        self._accept = accept
        self._decide = decide

    def routes(self) -> list[web.RouteDef]:
        """The routes, for ``Application.add_routes``."""
        return [
            web.post("/slack/commands", self._verified(self._command)),
            web.post("/slack/events", self._verified(self._event)),
            web.post("/slack/interactions", self._verified(self._interaction)),
        ]

    def _verified(
        self, handle: Callable[[bytes], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handler(request: web.Request) -> web.Response:
            body = await request.read()
            self._signature.verify(body, request.headers)
            recognise(request)
            return await handle(body)

        return refusals_answered(handler)

    async def _command(self, body: bytes) -> web.Response:
        form = _form(body)
        if form.get("ssl_check") == "1":  # Slack looks whether our certificate is good
            return web.Response()
        if "command" not in form:
            raise MalformedRequest(sentence="This is not a slash command.")
        incoming = read_message(form)
        if incoming is not None:
            try:
                await self._accept(incoming.accepted(form))
            except InboxUnavailable as error:
                # Slack doesn't send a command again, and shows its asker what is in the response.
                _log.warning("a slash command could not be put into the inbox: %s", error)
                return _ephemeral(error.sentence)
        return web.Response()

    async def _event(self, body: bytes) -> web.Response:
        envelope = json_object(body)
        if envelope.get("type") == "url_verification":
            return web.json_response({"challenge": str(envelope.get("challenge", ""))})
        kind = envelope.get("type")
        if isinstance(kind, str) and kind != "event_callback":
            # Such as app_rate_limited: no event is inside, and Slack would only send it again.
            _log.warning("Slack sends what is no event: %s", kind[:50])
            return web.Response()
        if await self._act(envelope):
            return web.Response()
        if opened := read_opened(envelope, tenant_of(envelope)):
            await self._accept(opened.accepted)
            return web.Response()
        incoming = read_message(envelope)
        if incoming is not None and await self._is_for_us(incoming):
            await self._accept(incoming.accepted(envelope))
        return web.Response()

    async def _is_for_us(self, incoming: IncomingMessage) -> bool:
        """What people say to each other is left alone: it isn't even kept in the inbox."""
        if incoming.kind != "reply":
            return True
        return await self._is_answered(incoming.conversation, incoming.chat_user)

    async def _interaction(self, body: bytes) -> web.Response:
        """Take a decision at once: it never waits in the queue behind what it is about.

        Slack tells us of a click on the sign-in link too, and only wants it acknowledged.
        """
        payload = json_object(_form(body).get("payload", "").encode())
        if await self._act(payload):
            return web.Response()
        if shortcut := Shortcut.read(payload):
            await self._open_form(shortcut)
            return web.Response()
        if question := FormQuestion.of_modal(payload):
            return await self._form_question(question)
        if pressed := read_button_click(payload):
            await self._accept(pressed.accepted)
            return web.Response()
        click = read_click(payload)
        if click is not None and click.is_the_askers:
            stands = await self._decide(click.asking.id, click.clicked_by, click.decision)
            await self._accept(click.accepted(stands))
        return web.Response()

    async def _form_question(self, question: FormQuestion) -> web.Response:
        """Take a question from a modal; its asker sees in the modal what speaks against it."""
        if not question.text:
            return _objection(NOTHING_TYPED)
        try:
            await self._accept(question.accepted)
        except InboxUnavailable as error:
            _log.warning("a question could not be put into the inbox: %s", error)
            return _objection(error.sentence)
        return web.Response()


def _objection(sentence: str) -> web.Response:
    """Keeps the modal open, with a sentence below what was typed."""
    errors = {QUESTION: sentence}
    return web.json_response({"response_action": "errors", "errors": errors})


def _form(body: bytes) -> dict[str, str]:
    try:
        fields = parse_qsl(
            body.decode(),
            keep_blank_values=True,
            strict_parsing=True,
            max_num_fields=MAX_FORM_FIELDS,
        )
    except ValueError:
        raise MalformedRequest(sentence="The body is not a form.") from None
    return dict(fields)


def _ephemeral(sentence: str) -> web.Response:
    return web.json_response({"response_type": "ephemeral", "text": sentence})
