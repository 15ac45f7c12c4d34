"""The form of a question: its token first, then its text and its files, read without a disk."""

import asyncio
import hashlib
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bots.file_bucket import MEGABYTE, MOST_BYTES, MOST_FILES, READABLE, plain_name, type_of
from identity.sessions.csrf import check_csrf, check_csrf_token

MOST_PARTS = MOST_FILES + 10
MOST_WORDS = 128 * 1024
"""Bytes of a field that is no file; the longest question has half of that."""
QUIET_SECONDS = 15.0
"""In which the next piece of a form has to come."""
TOO_MANY = f"Please attach at most {MOST_FILES} files to one question."
TOO_LARGE = f"Please attach at most {MOST_BYTES // MEGABYTE} MB to one question."
UNREADABLE = f"I can't read {{name}}. Please attach {READABLE}."
EMPTY = "{name} is empty. Please attach another file."
NO_FORM = "That could not be read. Please reload the page and try again."


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as it stands in a form."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """What a person has filled in.

    :param number: what the page that has the form made up for it; empty where it has none.
    """

    text: str
    files: tuple[UploadedFile, ...] = ()
    number: str = ""

    @property
    def sent_again(self) -> str:
        """The same for a form that is sent again as it is; empty where that can't be told."""
        if not self.number:
            return ""
        files = [f"{file.name}\n{len(file.content)}" for file in self.files]
        return hashlib.sha256("\n".join((self.number, self.text, *files)).encode()).hexdigest()


async def read_form(request: web.Request) -> QuestionForm:
    """The form of a request; only one with files may be larger than other requests.

    :raises FormRejected: when no page of this session has made it.
    :raises HTTPBadRequest: with a sentence, when it can't be read, or its files can't be taken.
    :raises TimeoutError: when no more of it comes.
    """
    if request.content_type != "multipart/form-data":
        await check_csrf(request)
        form = await request.post()
        return QuestionForm(str(form.get("text", "")).strip(), number=str(form.get("form", "")))
    try:
        return await _with_files(request)
    except (ValueError, RuntimeError, HttpProcessingError):  # what aiohttp's reader raises
        raise web.HTTPBadRequest(text=NO_FORM) from None


async def _with_files(request: web.Request) -> QuestionForm:
    """The token comes before the files, so that nobody else's form costs us twenty megabytes."""
    fields: dict[str, str] = {}
    files: list[UploadedFile] = []
    left, checked = MOST_BYTES, False
    reader = await request.clone(client_max_size=MOST_BYTES + MEGABYTE).multipart()
    for _ in range(MOST_PARTS):
        part = await _soon(reader.next())
        if part is None:
            break
        if not isinstance(part, BodyPartReader) or not part.name:
            raise ValueError("a part that is no field")
        if part.filename is None:
            words = await _content(part, MOST_WORDS)
            fields.setdefault(part.name, words.decode())
            continue
        if not checked:
            await _check(request, fields)
            checked = True
        if part.name == "files" and part.filename:
            files.append(await _uploaded_file(part, left))
            left -= len(files[-1].content)
    else:
        raise web.HTTPBadRequest(text=TOO_MANY)
    await _check(request, fields)
    if len(files) > MOST_FILES:
        raise web.HTTPBadRequest(text=TOO_MANY)
    return QuestionForm(fields.get("text", "").strip(), tuple(files), fields.get("form", ""))


async def _soon(arriving: Awaitable[T]) -> T:
    """What comes next of a form.

    :raises TimeoutError: when nothing does; what has come so far would stay in memory meanwhile.
    """
    async with asyncio.timeout(QUIET_SECONDS):
        return await arriving


async def _check(request: web.Request, fields: dict[str, str]) -> None:
    header = request.headers.get("X-CSRF-Token")
    await check_csrf_token(request, fields.get("csrf_token", "") if header is None else header)


async def _uploaded_file(part: BodyPartReader, most: int) -> UploadedFile:
    name = plain_name(part.filename or "")
    media = type_of(name)
    if media is None:
        raise web.HTTPBadRequest(text=UNREADABLE.format(name=name))
    content = await _content(part, most)
    if not content:
        raise web.HTTPBadRequest(text=EMPTY.format(name=name))
    return UploadedFile(name, media, content)


async def _content(part: BodyPartReader, most: int) -> bytes:
    content = bytearray()
    while chunk := await _soon(part.read_chunk()):
        content += chunk
        if len(content) > most:
            raise web.HTTPBadRequest(text=TOO_LARGE)
    return bytes(content)
