"""A question as the agent gets it: with names instead of ids, what others wrote, and its files."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bots.conversation_notes import Notes
from bots.errors import PlatformRefused
from bots.platform import Quote
from bots.slack.files.download import FileDownloads
from bots.slack.incoming.payloads import IncomingMessage
from bots.slack.message_content.markup import mentioned, plain
from bots.slack.message_content.quotes import quotes_in
from bots.slack.message_content.shared_files import shared_files
from bots.slack.message_content.thread_context import thread_quotes
from bots.slack.name_cache import NameCache
from bots.slack.outgoing.web_api import WebApi
from bots.turn.attached_files import Attached, AttachedFiles, Sender

SUMMARISE = "Please summarise {names}."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    :param text: empty when nothing is asked that can be answered.
    """

    text: str
    quotes: tuple[Quote, ...] = ()
    attached: Attached = field(default_factory=Attached)


@dataclass(frozen=True, slots=True)
class QuestionReader:
    """Reads what a message says beside its words."""

    api: WebApi
    names: NameCache
    downloads: FileDownloads
    attached: AttachedFiles

    async def question(self, incoming: IncomingMessage, notes: Notes, *, linked: bool) -> Question:
        """The whole question; what Slack doesn't tell of it is left out.

        :param linked: nothing is fetched for somebody whom we don't know yet.
        :raises PlatformUnavailable: when Slack doesn't tell what surrounds it now.
        """
        if not linked:
            text = plain(incoming.markup, {}).strip()
            return Question(text or SUMMARISE.format(names="what I sent"))
        people, channels = mentioned(incoming.markup)
        called = await self.names.called(incoming.tenant, people, channels)
        text = plain(incoming.markup, called).strip()
        message, earlier = await self._around(incoming)
        shared = incoming.files or shared_files(message)
        sender = Sender(incoming.chat_user, incoming.conversation, incoming.event_id)
        attached = await self.attached.of(sender, notes, shared, self.downloads.content)
        quotes = incoming.quotes or quotes_in(message)
        if attached.new or quotes:
            text = text or SUMMARISE.format(names=", ".join(attached.new) or "this")
        return Question(text, (*earlier, *quotes), attached)

    async def _around(
        self, incoming: IncomingMessage
    ) -> tuple[Mapping[str, Any], tuple[Quote, ...]]:
        """The whole message of a mention, whose event carries no files, and what came before it."""
        if incoming.kind != "mention":
            return {}, ()
        try:
            if not incoming.in_thread:
                return await self.api.message(incoming.channel, incoming.ts) or {}, ()
            thread = await self.api.thread(
                incoming.channel, incoming.thread or incoming.ts, incoming.ts
            )
        except PlatformRefused as error:
            _log.warning("what surrounds %s can't be read: %s", incoming.event_id, error)
            return {}, ()
        message = next((one for one in thread if one.get("ts") == incoming.ts), {})

        async def called(people: set[str], channels: set[str]) -> Mapping[str, str]:
            return await self.names.called(incoming.tenant, people, channels)

        return message, await thread_quotes(thread, incoming.ts, called)
