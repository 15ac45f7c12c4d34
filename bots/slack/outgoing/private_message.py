"""Telling one person something that nobody else sees."""

import hashlib
import logging
from dataclasses import replace

from bots.errors import DeliveryRefused, PlatformUnavailable, ResponseUrlClosed
from bots.slack.incoming.message_shortcut import FormQuestion
from bots.slack.incoming.payloads import IncomingMessage
from bots.slack.outgoing.answer.answer_channel import SlackChannel
from bots.slack.outgoing.message import Content
from bots.slack.outgoing.modals.question_modal import repeated_question
from bots.slack.outgoing.response_url import ResponseUrls
from bots.slack.outgoing.web_api import WebApi

_log = logging.getLogger(__name__)


class PrivateMessages:
    """The way to the asker alone, wherever they asked."""

    def __init__(self, api: WebApi, responses: ResponseUrls) -> None:
        self._api = api
        self._responses = responses

    async def send(self, incoming: IncomingMessage, message: Content) -> None:
        """Show ``message`` to the person who asked: where they are, or else by direct message.

        Never in a channel, not even as an ephemeral post: Slack may drop one silently, or show it
        outside of its thread.
        """
        if incoming.kind == "command":
            try:
                await self._responses.send(incoming.response_url, message)
            except ResponseUrlClosed:
                await self._by_direct_message(incoming, message)
        elif incoming.kind in {"direct", "decision"}:
            try:
                await self._api.post(incoming.channel, message, thread=incoming.thread)
            except DeliveryRefused as error:
                # What refuses may be the thread alone.
                _log.warning("a private message goes outside of its thread: %s", error)
                await self._by_direct_message(incoming, message)
        else:
            await self._by_direct_message(incoming, message)

    async def refuse(self, incoming: IncomingMessage, message: Content) -> None:
        """Answer somebody from another company, whom we may not be able to write to directly."""
        if incoming.kind != "mention":
            await self.send(incoming, message)
            return
        # Slack shows nothing private in a thread that nobody else has written in.
        thread = None if incoming.thread == incoming.ts else incoming.thread
        try:
            await self._api.post_ephemeral(incoming.channel, incoming.user, message, thread)
        except DeliveryRefused as error:
            _log.warning("somebody of another company can't be told anything: %s", error)

    async def direct_messages(self, incoming: IncomingMessage, turn: str) -> SlackChannel:
        """The asker's direct messages, as the place of an answer to ``turn``."""
        channel = await self._api.direct_channel(incoming.user)
        place = replace(incoming, kind="direct", channel=channel, thread=None, ts="")
        return SlackChannel(self._api, place, turn)

    async def send_once(self, incoming: IncomingMessage, message: Content, marker: str) -> None:
        """Show ``message`` by direct message, unless one with this marker is there."""
        channel, thread = incoming.channel, incoming.thread
        if incoming.kind not in {"direct", "decision"}:
            channel, thread = await self._api.direct_channel(incoming.user), None
        if not await self._api.find(channel, marker, thread=thread, since=incoming.ts):
            await self._api.post(channel, message, thread=thread, marker=marker)

    async def repeat_question(self, question: FormQuestion) -> FormQuestion:
        """The question with the place of its answer: its asker's direct messages, once."""
        channel, mark = await self._api.direct_channel(question.user), f"{question.event_id}/asked"
        found = await self._api.find(channel, mark, thread=None, since="")
        message = repeated_question(question)
        root = found.ts if found else await self._api.post(channel, message, marker=mark)
        return replace(question, channel=channel, root=root)

    async def _by_direct_message(self, incoming: IncomingMessage, message: Content) -> None:
        channel = await self._api.direct_channel(incoming.user)
        digest = hashlib.sha256(str(message["text"]).encode(errors="replace")).hexdigest()[:16]
        marker = f"{incoming.event_id}/{digest}"
        try:
            await self._api.post(channel, message, marker=marker)
        except PlatformUnavailable as error:
            if not error.taken or not await self._api.find(channel, marker, thread=None, since=""):
                raise
