"""Reads the pages of a PDF in a process of its own, which can neither hang the agent nor fill it.

``pages(content)`` starts this same file as a program: the PDF comes in on standard input, JSON goes
out. The program has no environment, so nothing in it could sign a call, and the kernel bounds its
memory and its time.
"""

import io
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

SECONDS = 20
MEMORY = 512 * 1024 * 1024
MOST_PAGES = 500
MOST_CHARACTERS = 1_000_000


class PdfError(Exception):
    """The PDF can't be read; ``str()`` says why, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Pdf:
    """What is written in a PDF.

    :param title: as its metadata says; often empty.
    :param pages: the text of each page.
    :param headings: of each page, the entries of the outline that begin on it.
    """

    title: str
    pages: list[str]
    headings: list[list[str]]


def pages(content: bytes) -> Pdf:
    """The text of a PDF; blocks for :data:`SECONDS` at most.

    :raises PdfError: when it is none, is encrypted, too long, or takes too much.
    """
    if b"%PDF-" not in content[:1024]:
        raise PdfError("it is no PDF")
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and this file
            [sys.executable, "-I", __file__],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PdfError("it takes too long to read") from None
    try:
        found = json.loads(done.stdout)
    except ValueError:
        raise PdfError("it is damaged or takes too much to read") from None
    if "problem" in found:
        raise PdfError(found["problem"])
    return Pdf(**found)


def _main() -> None:
    """What the process of its own does."""
    _bound()
    try:
        found = _read(sys.stdin.buffer.read())
    except PdfError as error:
        found = {"problem": str(error)}
    except Exception:  # noqa: BLE001 - a hostile file may end in any of them
        found = {"problem": "it is damaged"}
    sys.stdout.write(json.dumps(found))


def _bound() -> None:
    import resource  # noqa: PLC0415 - only this process; the agent sets no limits for itself

    for limit, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        resource.setrlimit(limit, (most, most))


def _read(content: bytes) -> dict[str, Any]:
    import pypdf  # noqa: PLC0415 - a third of a second that only this process pays

    reader = pypdf.PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not reader.decrypt(""):
        raise PdfError("it is protected by a password")
    if len(reader.pages) > MOST_PAGES:
        raise PdfError(f"it has more than {MOST_PAGES} pages")
    texts, size = [], 0
    for page in reader.pages:
        texts.append(page.extract_text())
        size += len(texts[-1])
        if size > MOST_CHARACTERS:
            raise PdfError(f"it has more than {MOST_CHARACTERS:,} characters")
    title = (reader.metadata and reader.metadata.title) or ""
    return {"title": title, "pages": texts, "headings": _headings(reader, len(texts))}


def _headings(reader: Any, count: int) -> list[list[str]]:
    """The outline, by page; a broken outline is none."""
    found: list[list[str]] = [[] for _ in range(count)]
    try:
        for entry in _flat(reader.outline):
            place = reader.get_destination_page_number(entry)
            if place is not None and 0 <= place < count:
                found[place].append(str(entry.title))
    except Exception:  # noqa: BLE001 - the text is worth having without it
        return [[] for _ in range(count)]
    return found


def _flat(outline: list[Any]) -> list[Any]:
    return [
        entry for part in outline for entry in (_flat(part) if isinstance(part, list) else [part])
    ]


if __name__ == "__main__":
    _main()
