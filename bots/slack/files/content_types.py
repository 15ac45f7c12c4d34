"""What a file is by its content, whatever its name or its sender say."""

import codecs
import io
import zipfile

from bots.file_bucket import TYPES, type_of

PDF_WITHIN = 1024
"""Bytes within which a PDF says that it is one (ISO 32000-1, Annex H, implementation note 13)."""
OFFICE = {"word/": ".docx", "xl/": ".xlsx", "ppt/": ".pptx"}
TEXTS = frozenset({".csv", ".tsv", ".html", ".htm", ".txt", ".md"})
MOST_ENTRIES = 10_000
CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))
"""Bytes that no text has, in whichever one-byte encoding it is."""


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
