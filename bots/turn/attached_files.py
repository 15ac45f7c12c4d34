"""Files that come with a question: fetched a few at a time, told by their content, kept."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import aiohttp
from botocore.exceptions import BotoCoreError, ClientError

from bots.conversation_notes import ConversationNotes, Notes
from bots.errors import PlatformUnavailable
from bots.file_bucket import (
    MEGABYTE,
    MOST_BYTES,
    READABLE,
    Files,
    StoredFile,
    plain_name,
    type_by_content,
)
from bots.limits.fair_slots import FairSlots
from identity.people import ChatUser

AT_ONCE = 8
"""Files that a process holds in memory on their way, each of at most twenty megabytes."""
CHUNK = 64 * 1024
UNREADABLE = f"it is of a kind that I can't read: I read {READABLE}"
TOO_LARGE = f"it is larger than {MOST_BYTES // MEGABYTE} MB"
TOO_LARGE_TOGETHER = f"your files are larger than {MOST_BYTES // MEGABYTE} MB together"
EMPTY = "it is empty"
NOT_NOW = "I couldn't fetch it just now, please send it again"
"""The question is answered all the same; its asker is told what it was answered without."""

Fetch = Callable[[str, int], Awaitable[bytes]]
"""A file's content, by its address and the most bytes that it may have.

Raises FileRefused, or PlatformUnavailable when it can't be had now.
"""

_log = logging.getLogger(__name__)


class FileRefused(Exception):
    """A file that can't be read; ``str()`` says why, to follow *because*."""


@dataclass(frozen=True, slots=True)
class SharedFile:
    """One file of a message, as the platform describes it.

    :param url: where the platform's own way fetches it.
    :param refusal: why it can't be read; empty when it may be.
    """

    id: str
    name: str
    url: str
    refusal: str = ""


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
class Sender:
    """Whose question it is: where its files belong.

    :param place: the conversation.
    :param event: the platform's id of the message; a redelivery has the same.
    """

    chat_user: ChatUser
    place: str
    event: str


class AttachedFiles:
    """Reads and keeps the files of messages, for all platforms of a process."""

    def __init__(self, files: Files, notes: ConversationNotes) -> None:
        self._files = files
        self._notes = notes
        self._slots = FairSlots(AT_ONCE)

    async def of(
        self, sender: Sender, notes: Notes, shared: Sequence[SharedFile], fetch: Fetch
    ) -> Attached:
        """The files of a message, kept for its conversation.

        What an earlier delivery has kept is not fetched again.

        :param notes: of this conversation.
        """
        stored: list[StoredFile] = []
        refused: dict[str, str] = {}
        known, asker = {file.key: file for file in notes.files}, sender.chat_user
        for file in shared:
            key = _key(sender, file)
            taken = [one.name for one in (*notes.files, *stored)]
            left = MOST_BYTES - sum(one.size for one in stored)
            try:
                if (one := known.get(key)) is None:
                    async with self._slots.slot(asker.key, asker.tenant, _in_line):
                        content = await _content(file, left, fetch)
                        one = await self._kept(file, key, taken, content)
                stored.append(one)
            except FileRefused as error:
                refused[plain_name(file.name, refused)] = str(error)
        notes = await self._notes.add_files(sender.place, asker, notes, stored)
        return Attached(notes.files, tuple(file.name for file in stored), refused)

    async def _kept(
        self, file: SharedFile, key: str, taken: Sequence[str], content: bytes
    ) -> StoredFile:
        media = await asyncio.to_thread(type_by_content, file.name, content)
        if media is None:
            raise FileRefused(UNREADABLE)
        stored = StoredFile(key, plain_name(file.name, taken), media, len(content))
        try:
            await self._files.put(stored, content)
        except (BotoCoreError, ClientError) as error:
            _log.warning("a file can't be kept: %s", type(error).__name__)
            raise FileRefused(NOT_NOW) from error
        return stored


async def read_at_most(answer: aiohttp.ClientResponse, most: int) -> bytes:
    """The body of an answer.

    :raises FileRefused: when it is larger; the rest of it is not read.
    """
    content = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK):
        content += chunk
        if len(content) > most:
            raise FileRefused(TOO_LARGE if most >= MOST_BYTES else TOO_LARGE_TOGETHER)
    return bytes(content)


async def _content(file: SharedFile, most: int, fetch: Fetch) -> bytes:
    if file.refusal:
        raise FileRefused(file.refusal)
    try:
        content = await fetch(file.url, most)
    except PlatformUnavailable as error:
        _log.warning("a file can't be fetched: %s", error)
        raise FileRefused(NOT_NOW) from error
    if not content:
        raise FileRefused(EMPTY)
    return content


async def _in_line() -> None:
    """Whoever waits for a file sees already that their question is being worked on."""


def _key(sender: Sender, file: SharedFile) -> str:
    event, one = (
        hashlib.sha256(text.encode()).hexdigest()[:16] for text in (sender.event, file.id)
    )
    chat_user = sender.chat_user
    return f"{chat_user.platform}/{chat_user.tenant}/{chat_user.user}/{event}/{one}"
