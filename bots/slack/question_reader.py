"""A question as the agent gets it: with names instead of ids, what others wrote, and its files."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from bots.conversation_notes import ConversationNotes, Notes
from bots.errors import PlatformRefused, PlatformUnavailable
from bots.file_bucket import READABLE, Files, StoredFile, plain_name, type_by_content
from bots.platform import Quote
from bots.slack.files.download import FileDownloads, FileRefused
from bots.slack.incoming.payloads import IncomingMessage
from bots.slack.message_content.markup import mentioned, plain
from bots.slack.message_content.quotes import quotes_in
from bots.slack.message_content.shared_files import SharedFile, shared_files
from bots.slack.message_content.thread_context import thread_quotes
from bots.slack.name_cache import NameCache
from bots.slack.outgoing.web_api import WebApi
from identity.people import ChatUser

UNREADABLE = f"it is of a kind that I can't read: I read {READABLE}"
NOT_NOW = "I couldn't fetch it just now, please send it again"
SUMMARISE = "Please summarise {names}."

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    :param text: empty when nothing is asked that can be answered.
    :param refused: each file that can't be read, by its name, with the reason.
    """

    text: str
    quotes: tuple[Quote, ...] = ()
    files: tuple[StoredFile, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def refusals(self) -> str:
        """What its asker is told of files that can't be read; empty without any."""
        return "\n".join(f"I can't read {name}: {why}." for name, why in self.refused.items())


@dataclass(frozen=True, slots=True)
class QuestionReader:
    """Reads what a message says beside its words.

    :param is_linked: nothing is fetched for somebody whom we don't know yet.
    """

    api: WebApi
    names: NameCache
    downloads: FileDownloads
    files: Files
    notes: ConversationNotes
    is_linked: Callable[[ChatUser], Awaitable[bool]]

    async def question(self, incoming: IncomingMessage, notes: Notes) -> Question:
        """The whole question; what Slack doesn't tell of it is left out.

        :raises PlatformUnavailable: when Slack doesn't tell what surrounds it now.
        """
        if not await self.is_linked(incoming.chat_user):
            text = plain(incoming.markup, {}).strip()
            return Question(text or SUMMARISE.format(names="what I sent"))
        people, channels = mentioned(incoming.markup)
        called = await self.names.called(incoming.tenant, people, channels)
        text = plain(incoming.markup, called).strip()
        message, earlier = await self._around(incoming)
        shared = incoming.files or shared_files(message)
        stored, refused = await self._kept(incoming, shared, notes)
        notes = await self.notes.add_files(incoming.conversation, incoming.chat_user, notes, stored)
        quotes = incoming.quotes or quotes_in(message)
        if stored or quotes:
            named = ", ".join(file.name for file in stored) or "this"
            text = text or SUMMARISE.format(names=named)
        return Question(text, (*earlier, *quotes), notes.files, refused)

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

    async def _kept(
        self, incoming: IncomingMessage, shared: Sequence[SharedFile], notes: Notes
    ) -> tuple[list[StoredFile], dict[str, str]]:
        stored: list[StoredFile] = []
        refused: dict[str, str] = {}
        known = {file.key: file for file in notes.files}
        for file in shared:
            key = _key(incoming, file)
            try:
                stored.append(known.get(key) or await self._stored(file, key, notes, stored))
            except FileRefused as error:
                refused[plain_name(file.name)] = str(error)
        return stored, refused

    async def _stored(
        self, file: SharedFile, key: str, notes: Notes, before: Sequence[StoredFile]
    ) -> StoredFile:
        if file.refusal:
            raise FileRefused(file.refusal)
        try:
            content = await self.downloads.content(file.url)
        except PlatformUnavailable as error:
            # The question is answered all the same; its asker is told what it was answered without.
            _log.warning("a file can't be fetched: %s", error)
            raise FileRefused(NOT_NOW) from error
        media = await asyncio.to_thread(type_by_content, file.name, content)
        if media is None:
            raise FileRefused(UNREADABLE)
        name = plain_name(file.name, [one.name for one in (*notes.files, *before)])
        stored = StoredFile(key, name, media, len(content))
        try:
            await self.files.put(stored, content)
        except (BotoCoreError, ClientError) as error:
            _log.warning("a file can't be kept: %s", type(error).__name__)
            raise FileRefused(NOT_NOW) from error
        return stored


def _key(incoming: IncomingMessage, file: SharedFile) -> str:
    event = hashlib.sha256(incoming.event_id.encode()).hexdigest()[:16]
    return f"slack/{incoming.tenant}/{incoming.user}/{event}/{file.id}"
