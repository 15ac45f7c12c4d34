"""Files that came with questions: what may come, and the bucket that keeps them for a while."""

import codecs
import io
import logging
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from bots.errors import FilesUnavailable
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MEGABYTE = 1024 * 1024
MOST_BYTES = 20 * MEGABYTE
"""What the agent takes with one question, all files together."""
MOST_FILES = 10
LONGEST_NAME = 80
TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".html": "text/html",
    ".htm": "text/html",
    ".txt": "text/plain",
    ".md": "text/markdown",
}
PDF_WITHIN = 1024
"""Bytes within which a PDF says that it is one (ISO 32000-1, Annex H, implementation note 13)."""
OFFICE = {"word/": ".docx", "xl/": ".xlsx", "ppt/": ".pptx"}
TEXTS = frozenset({".csv", ".tsv", ".html", ".htm", ".txt", ".md"})
MOST_ENTRIES = 10_000
CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))
"""Bytes that no text has, in whichever one-byte encoding it is."""
GONE = ("NoSuchKey", "AccessDenied")
"""S3 tells the first only to who may list the bucket (GetObject, S3 API reference)."""
READABLE = "PDF, Word, Excel, PowerPoint, CSV, HTML and text files"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the bucket, as a turn carries it.

    :param key: where it is in the bucket.
    :param size: in bytes.
    """

    key: str
    name: str
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file as it goes to the agent."""

    name: str
    type: str
    data: bytes


class Files:
    """The bucket of files; it forgets each after the days that its lifecycle says."""

    def __init__(self, s3: "S3Client", call: Executor, bucket: str) -> None:
        self._s3 = s3
        self._call = call
        self._bucket = bucket

    async def put(self, file: StoredFile, content: bytes) -> None:
        """Store a file's content under its key."""
        await self._call(
            self._s3.put_object,
            Bucket=self._bucket,
            Key=file.key,
            Body=content,
            ContentType=file.type,
        )

    async def read(self, file: StoredFile) -> bytes | None:
        """A file's content; None when it has been forgotten."""
        return await self._call(self._content, file.key)

    async def delete(self, file: StoredFile) -> None:
        """Forget a file now."""
        await self._call(self._s3.delete_object, Bucket=self._bucket, Key=file.key)

    async def newest(self, files: Sequence[StoredFile]) -> tuple[SentFile, ...]:
        """What goes with a question: the newest files that it can carry, oldest of them first.

        :raises FilesUnavailable: when the bucket doesn't answer.
        """
        chosen: list[StoredFile] = []
        left = MOST_BYTES
        for file in reversed(files):
            if len(chosen) == MOST_FILES or file.size > left:
                break
            chosen.insert(0, file)
            left -= file.size
        try:
            sent = [(file, await self.read(file)) for file in chosen]
        except (BotoCoreError, ClientError) as error:
            raise FilesUnavailable(f"files can't be read: {type(error).__name__}") from error
        return tuple(SentFile(file.name, file.type, data) for file, data in sent if data)

    def _content(self, key: str) -> bytes | None:
        try:
            return self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in GONE:
                raise
            _log.warning("a file of a question is not there any more: %s", code)
            return None


def plain_name(name: str, taken: Iterable[str] = ()) -> str:
    """A file's name as the agent will call it too: without folders, markup or control characters.

    :param taken: names that are in use; a second *offer.pdf* becomes *offer (2).pdf*.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    words = " ".join(re.sub(r"[^\w .()-]", "_", last).split()).lstrip(". ") or "document"
    path = PurePosixPath(words)
    suffix = path.suffix[:10]
    stem = path.stem[: LONGEST_NAME - len(suffix) - len(" (99)")].strip()
    used, number, tried = {one.casefold() for one in taken}, 2, stem + suffix
    while tried.casefold() in used:
        tried = f"{stem} ({number}){suffix}"
        number += 1
    return tried


def type_of(name: str) -> str | None:
    """The media type that a file's name promises; None when it is none that can be read."""
    return TYPES.get(PurePosixPath(name).suffix.lower())


def type_by_content(name: str, content: bytes) -> str | None:
    """The media type of a file that the agent can read; None for any other.

    Reads the list of a ZIP archive: not for the event loop.

    :param name: tells kinds of text apart, and nothing else.
    """
    if b"%PDF-" in content[:PDF_WITHIN]:
        return TYPES[".pdf"]
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    if not _is_text(content):
        return None
    named = type_of(name)
    return named if named in {TYPES[suffix] for suffix in TEXTS} else TYPES[".txt"]


def _office(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()[:MOST_ENTRIES]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    for folder, suffix in OFFICE.items():
        if any(name.startswith(folder) for name in names):
            return TYPES[suffix]
    return None


def _is_text(content: bytes) -> bool:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    return len(content.translate(None, CONTROLS)) == len(content)
