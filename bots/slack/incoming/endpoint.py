"""Slack's edge: verify, put into the inbox, acknowledge; nothing else happens in the request."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from aiohttp import web

from bots.edge import json_object, refusals_answered
from bots.errors import InboxUnavailable, MalformedRequest
from bots.platform import Accept, Accepted
from bots.slack.incoming.app_opened import read_opened
from bots.slack.incoming.approval_click import read_click
from bots.slack.incoming.button_click import read_button_click
from bots.slack.incoming.installation_key import INSTALLATION, installation_key
from bots.slack.incoming.message_shortcut import (
    NOTHING_TYPED,
    QUESTION,
    FormQuestion,
    Shortcut,
)
from bots.slack.incoming.payloads import IncomingMessage, read_message, tenant_of
from bots.slack.incoming.share_confirmation import read_share
from bots.slack.incoming.signature import Signature
from bots.turn.decision_and_stop import Decided, Decision
from identity.people import ChatUser
from identity.sessions.known_sender import recognise

Decide = Callable[[str, ChatUser, Decision], Awaitable[Decided | None]]
Act = Callable[[Mapping[str, object]], Awaitable[bool]]
Reply = Mapping[str, object] | None
"""What Slack shows at once: to who sent a command, or in the modal; None for nothing."""
OpenForm = Callable[[Shortcut], Awaitable[None]]
IsAnswered = Callable[[str, ChatUser], Awaitable[bool]]

MAX_FORM_FIELDS = 100  # a slash command has about fifteen

_log = logging.getLogger(__name__)


class SlackEdge:
    """The three addresses that Slack calls, and what is done with what comes there.

    What comes by Socket Mode is done the same with.

    :param signing_secret: the app's signing secret; empty where nothing comes over HTTP.
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
        self._signing_secret = signing_secret
        self._accept = accept
        self._decide = decide

    def routes(self) -> list[web.RouteDef]:
        """The routes, for ``Application.add_routes``.

        :raises ValueError: without a signing secret.
        """
        signature = Signature(self._signing_secret)
        return [
            web.post("/slack/commands", _verified(signature, self._command)),
            web.post("/slack/events", _verified(signature, self._event)),
            web.post("/slack/interactions", _verified(signature, self._interaction)),
        ]

    async def _command(self, body: bytes) -> web.Response:
        form = _form(body)
        if form.get("ssl_check") == "1":  # Slack looks whether our certificate is good
            return web.Response()
        return _response(await self.take_command(form))

    async def _event(self, body: bytes) -> web.Response:
        envelope = json_object(body)
        if envelope.get("type") == "url_verification":
            return web.json_response({"challenge": str(envelope.get("challenge", ""))})
        await self.take_event(envelope)
        return web.Response()

    async def _interaction(self, body: bytes) -> web.Response:
        payload = json_object(_form(body).get("payload", "").encode())
        return _response(await self.take_interaction(payload))

    async def take_command(self, form: Mapping[str, object]) -> Reply:
        """Put a slash command into the inbox.

        :raises MalformedRequest: when it is none.
        """
        if "command" not in form:
            raise MalformedRequest(sentence="This is not a slash command.")
        incoming = read_message(form)
        if incoming is not None:
            try:
                await self._put(incoming.accepted(form), form)
            except InboxUnavailable as error:
                # Slack doesn't send a command again, and shows its asker what is in the response.
                _log.warning("a slash command could not be put into the inbox: %s", error)
                return {"response_type": "ephemeral", "text": error.sentence}
        return None

    async def take_event(self, envelope: Mapping[str, object]) -> None:
        """Put an event into the inbox, if it is for us.

        :raises InboxUnavailable: Slack sends it again.
        """
        kind = envelope.get("type")
        if isinstance(kind, str) and kind != "event_callback":
            # Such as app_rate_limited: no event is inside, and Slack would only send it again.
            _log.warning("Slack sends what is no event: %s", kind[:50])
            return
        if await self._act(envelope):
            return
        if opened := read_opened(envelope, tenant_of(envelope)):
            await self._put(opened.accepted, envelope)
            return
        incoming = read_message(envelope)
        if incoming is not None and await self._is_for_us(incoming):
            await self._put(incoming.accepted(envelope), envelope)

    async def _put(self, accepted: Accepted, payload: Mapping[str, object]) -> None:
        """Put it into the inbox with the installation that it is for.

        :raises InboxUnavailable: when the inbox takes nothing.
        """
        body = {**accepted.body, INSTALLATION: installation_key(payload)}
        await self._accept(replace(accepted, body=body))

    async def _is_for_us(self, incoming: IncomingMessage) -> bool:
        """What people say to each other is left alone: it isn't even kept in the inbox."""
        if incoming.kind != "reply":
            return True
        return await self._is_answered(incoming.conversation, incoming.chat_user)

    async def take_interaction(self, payload: Mapping[str, object]) -> Reply:
        """Take a decision at once: it never waits in the queue behind what it is about.

        Slack tells us of a click on the sign-in link too, and only wants it acknowledged.

        :raises InboxUnavailable: when what was clicked can't be taken.
        """
        if await self._act(payload):
            return None
        if shortcut := Shortcut.read(payload):
            await self._open_form(shortcut)
            return None
        if question := FormQuestion.of_modal(payload):
            return await self._form_question(question, payload)
        if pressed := read_button_click(payload):
            await self._put(pressed.accepted, payload)
            return None
        if confirmed := read_share(payload):
            await self._put(confirmed.accepted, payload)
            return None
        click = read_click(payload)
        if click is not None and click.is_the_askers:
            stands = await self._decide(click.asking.id, click.clicked_by, click.decision)
            await self._put(click.accepted(stands), payload)
        return None

    async def _form_question(self, question: FormQuestion, payload: Mapping[str, object]) -> Reply:
        """Take a question from a modal; its asker sees in the modal what speaks against it."""
        if not question.text:
            return _objection(NOTHING_TYPED)
        try:
            await self._put(question.accepted, payload)
        except InboxUnavailable as error:
            _log.warning("a question could not be put into the inbox: %s", error)
            return _objection(error.sentence)
        return None


def _verified(
    signature: Signature, handle: Callable[[bytes], Awaitable[web.Response]]
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handler(request: web.Request) -> web.Response:
        body = await request.read()
        signature.verify(body, request.headers)
        recognise(request)
        return await handle(body)

    return refusals_answered(handler)


def _objection(sentence: str) -> Reply:
    """Keeps the modal open, with a sentence below what was typed."""
    return {"response_action": "errors", "errors": {QUESTION: sentence}}


def _response(reply: Reply) -> web.Response:
    return web.json_response(reply) if reply else web.Response()


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
