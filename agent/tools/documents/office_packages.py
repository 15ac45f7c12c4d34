"""Looks into an Office file before a library opens it: whether it is a package and harmless."""

import zipfile
from io import BytesIO

from agent.errors import DocumentRefusedError

MAIN_PART = {
    "Word": "word/document.xml", "Excel": "xl/workbook.xml", "PowerPoint": "ppt/presentation.xml",
}  # fmt: skip
MOST_PARTS = 5_000
MOST_BYTES = 200 * 1024 * 1024
MOST_XML = 64 * 1024 * 1024
"""Of one part of XML; a tree of it takes some five times as much memory."""
HIGHEST_RATIO = 200
SMALL = 1024 * 1024
ENCRYPTED = 0x1
XML = (".xml", ".rels", ".vml")
DOCTYPES = tuple(
    word.encode(coding)
    for word in ("<!DOCTYPE", "<!ENTITY")
    for coding in ("utf-8", "utf-16-le", "utf-16-be")
)
TOO_LARGE = "unpacks to more than I can read. Attach a smaller document."
DAMAGED = "is damaged: it can't be unpacked."


def check(kind: str, data: bytes) -> None:
    """Whether an Office file may be opened.

    :raises DocumentRefusedError: for a bomb, macros, a password, another kind, or XML entities.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            parts = package.infolist()
            _check_sizes(parts, len(data))
            _check_parts(kind, parts)
            for part in parts:
                if part.filename.lower().endswith(XML):
                    _check_xml(package.read(part))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, ValueError) as error:
        raise DocumentRefusedError(DAMAGED) from error


def _check_sizes(parts: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_BYTES:
        raise DocumentRefusedError(TOO_LARGE)
    if sum(part.compress_size for part in parts) > packed:
        raise DocumentRefusedError(DAMAGED)  # parts that overlap: each small, together without end
    for part in parts:
        tight = part.file_size > SMALL and part.file_size > HIGHEST_RATIO * part.compress_size
        if tight or (part.filename.lower().endswith(XML) and part.file_size > MOST_XML):
            raise DocumentRefusedError(TOO_LARGE)


def _check_parts(kind: str, parts: list[zipfile.ZipInfo]) -> None:
    names = {part.filename.lower() for part in parts}
    if any(part.flag_bits & ENCRYPTED for part in parts):
        raise DocumentRefusedError(
            "is protected by a password. Remove the password and attach it again."
        )
    if MAIN_PART[kind] not in names:
        raise DocumentRefusedError(f"is not what its name says: its content is no {kind} document.")
    if any(name.endswith("vbaproject.bin") for name in names):
        raise DocumentRefusedError("contains macros. Save it without macros and attach it again.")


def _check_xml(part: bytes) -> None:
    """Office writes no document type; with one come entities that grow without end."""
    if any(word in part for word in DOCTYPES):
        raise DocumentRefusedError(
            "is built in a way that no Office program builds it, so I don't open it."
        )
