"""The files that came with a question: their bytes, under names that are safe to show a model."""

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from ag_ui.core import ContentPart, DataSource, DocumentPart, TextPart

from agent.errors import InputError

MOST_FILES = 10
MOST_BYTES = 20 * 1024 * 1024
LONGEST_NAME = 80
NAME_KEYS = ("filename", "fileName", "name")
TOO_MANY = f"Too many files came with the question: {MOST_FILES} are the most."
TOO_LARGE = (
    f"The files are too large: {MOST_BYTES // (1024 * 1024)} MB are the most for all of them."
)
NOT_INLINE = "A file must come with the question, as a document part with base64 data."
NOT_BASE64 = "A file's data must be base64."
EMPTY = "A file is empty."


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """One file; its name is made of letters, digits, spaces and ``. _ - ( )`` alone."""

    name: str
    data: bytes


def attached_files(parts: Iterable[ContentPart]) -> tuple[AttachedFile, ...]:
    """The files among the parts of a message, as they come; no two have the same name.

    :raises InputError: when one is no inline document, or they are too many or too large.
    """
    documents = [_inline_document(part) for part in parts if not isinstance(part, TextPart)]
    if len(documents) > MOST_FILES:
        raise InputError(TOO_MANY)
    encoded = sum(len(data) for _, data in documents)
    if encoded * 3 // 4 > MOST_BYTES + 2 * MOST_FILES:
        raise InputError(TOO_LARGE)
    files: list[AttachedFile] = []
    for name, data in documents:
        taken = {file.name.casefold() for file in files}
        files.append(AttachedFile(_unique_name(safe_file_name(name), taken), _decoded(data)))
    if sum(len(file.data) for file in files) > MOST_BYTES:
        raise InputError(TOO_LARGE)
    return tuple(files)


def safe_file_name(name: str) -> str:
    """A file name without its folders and without whatever could be markup or an instruction's end.

    ``../x/report "final".pdf`` is ``report _final_.pdf``.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = re.sub(r"[^\w .()-]", "_", last)
    words = " ".join(kept.split()).lstrip(". ")
    path = PurePosixPath(words)
    stem, suffix = (path.stem, path.suffix[:10]) if words else ("document", "")
    return stem[: LONGEST_NAME - len(suffix)].strip() + suffix


def _inline_document(part: ContentPart) -> tuple[str, str]:
    if not isinstance(part, DocumentPart) or not isinstance(part.source, DataSource):
        raise InputError(NOT_INLINE)
    about = part.metadata if isinstance(part.metadata, dict) else {}
    name = next((about[key] for key in NAME_KEYS if isinstance(about.get(key), str)), "document")
    return name, part.source.value


def _decoded(data: str) -> bytes:
    try:
        decoded = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise InputError(NOT_BASE64) from None
    if not decoded:
        raise InputError(EMPTY)
    return decoded


def _unique_name(name: str, taken: set[str]) -> str:
    path, number, tried = PurePosixPath(name), 2, name
    while tried.casefold() in taken:
        tried = f"{path.stem} ({number}){path.suffix}"
        number += 1
    return tried
