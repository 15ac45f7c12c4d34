"""Files that come with a question: fetched from SharePoint, told by their content, kept."""

import asyncio
import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import aiohttp
from botocore.exceptions import BotoCoreError, ClientError
from yarl import URL

from bots.conversation_notes import ConversationNotes, Notes
from bots.file_bucket import (
    MEGABYTE,
    MOST_BYTES,
    READABLE,
    Files,
    StoredFile,
    plain_name,
    type_by_content,
)
from bots.teams.incoming.activity import IncomingActivity
from bots.teams.incoming.shared_files import SharedFile, shared_files

TIMEOUT = aiohttp.ClientTimeout(total=60, connect=5, sock_read=15)
CHUNK = 64 * 1024
UNREADABLE = f"it is of a kind that I can't read: I read {READABLE}"
TOO_LARGE = f"it is larger than {MOST_BYTES // MEGABYTE} MB"
NOT_THERE = "SharePoint doesn't give it to me any more"
EMPTY = "it is empty"
NOT_NOW = "I couldn't fetch it just now, please send it again"
"""The question is answered all the same; its asker is told what it was answered without."""

_log = logging.getLogger(__name__)


class FileRefused(Exception):
    """A file that can't be read; ``str()`` says why, to follow *because*."""


@dataclass(frozen=True, slots=True)
class Attached:
    """What came with a question.

    :param files: what the question can speak of, those of earlier ones too.
    :param new: the names of its own files.
    :param refused: each file that can't be read, by its name, with the reason.
    """

    files: tuple[StoredFile, ...] = ()
    new: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def refusals(self) -> str:
        """What its asker is told of files that can't be read; empty without any."""
        return "\n".join(f"I can't read {name}: {why}." for name, why in self.refused.items())


@dataclass(frozen=True, slots=True)
class AttachedFiles:
    """Reads and keeps the files of messages.

    :param http: has no token of ours.
    """

    http: aiohttp.ClientSession
    files: Files
    notes: ConversationNotes

    async def of(self, incoming: IncomingActivity, place: str, notes: Notes) -> Attached:
        """The files of a message, kept for the conversation.

        :param place: the conversation.
        """
        stored: list[StoredFile] = []
        refused: dict[str, str] = {}
        known = {file.key: file for file in notes.files}
        for file in shared_files(incoming.body):
            key = _key(incoming, file)
            try:
                stored.append(known.get(key) or await self._stored(file, key, notes, stored))
            except FileRefused as error:
                refused[plain_name(file.name)] = str(error)
        notes = await self.notes.add_files(place, incoming.chat_user, notes, stored)
        return Attached(notes.files, tuple(file.name for file in stored), refused)

    async def _stored(
        self, file: SharedFile, key: str, notes: Notes, before: Sequence[StoredFile]
    ) -> StoredFile:
        if file.refusal:
            raise FileRefused(file.refusal)
        content = await self._content(file.url)
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

    async def _content(self, url: str) -> bytes:
        try:
            async with self.http.get(
                URL(url, encoded=True), allow_redirects=False, timeout=TIMEOUT
            ) as answer:
                if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    _log.warning("SharePoint answered %d", answer.status)
                    raise FileRefused(NOT_NOW)
                if answer.status != HTTPStatus.OK:
                    raise FileRefused(NOT_THERE)
                content = bytearray()
                async for chunk in answer.content.iter_chunked(CHUNK):
                    content += chunk
                    if len(content) > MOST_BYTES:
                        raise FileRefused(TOO_LARGE)
        except (TimeoutError, aiohttp.ClientError) as error:
            _log.warning("a file can't be fetched: %s", type(error).__name__)
            raise FileRefused(NOT_NOW) from error
        if not content:
            raise FileRefused(EMPTY)
        return bytes(content)


def _key(incoming: IncomingActivity, file: SharedFile) -> str:
    event = hashlib.sha256(incoming.event_id.encode()).hexdigest()[:16]
    one = hashlib.sha256(file.id.encode()).hexdigest()[:16]
    return f"teams/{incoming.chat_user.tenant}/{incoming.chat_user.user}/{event}/{one}"
