"""Files that came with questions: what may come, and the bucket that keeps them for a while."""

import logging
import re
import unicodedata
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
