"""The process that reads one file: ``python -m agent.tools.documents.reading_process NAME < file``.

It gives away what it could do harm with before it looks at the file's first byte: memory, time,
files and processes have hard limits. It answers one line of JSON and ends.
"""

import json
import resource
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib import import_module

from agent.errors import DocumentRefusedError
from agent.tools.documents import file_types, office_packages
from agent.tools.documents.content import Content, Section
from agent.tools.documents.figures_dates_parties import dates, figures, parties
from agent.tools.documents.summary import summary

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 8
OPEN_FILES = 32
OUT_OF_MEMORY = 3
MOST_CHARACTERS = 1_000_000
MOST_SECTIONS = 2_000
FORMATS = {
    "PDF": "pdf", "Word": "word", "Excel": "excel", "PowerPoint": "powerpoint",
    "CSV": "tables", "HTML": "html", "text": "text",
}  # fmt: skip
LIMITS = {
    resource.RLIMIT_AS: MEMORY_BYTES,
    resource.RLIMIT_CPU: CPU_SECONDS,
    resource.RLIMIT_NOFILE: OPEN_FILES,
    resource.RLIMIT_FSIZE: 0,
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_NPROC: 0,
}


def main(name: str) -> int:
    """Answer ``{"content": …}`` or ``{"refused": sentence}``."""
    for limit, value in LIMITS.items():
        resource.setrlimit(limit, (value, value))
    answer: dict[str, object]
    try:
        try:
            answer = {"content": asdict(content(name, sys.stdin.buffer.read()))}
        except DocumentRefusedError as error:
            answer = {"refused": str(error)}
        sys.stdout.write(json.dumps(answer))
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def content(name: str, data: bytes) -> Content:
    """What a file says.

    :raises DocumentRefusedError: when it can't or mustn't be read.
    """
    kind = file_types.document_kind(name, data)
    if kind in file_types.OFFICE:
        office_packages.check(kind, data)
    read: Callable[[bytes], Iterator[Section]]
    read = import_module(f"agent.tools.documents.formats.{FORMATS[kind]}").sections
    sections, whole = _bounded(read(data))
    if not sections:
        raise DocumentRefusedError("is empty.")
    return Content(
        kind=kind,
        sections=sections,
        summary=summary(sections),
        figures=figures(sections),
        dates=dates(sections),
        parties=parties(sections),
        whole=whole,
    )


def _bounded(sections: Iterator[Section]) -> tuple[list[Section], bool]:
    """What has text in it, up to the limits, and whether that is all of it."""
    kept: list[Section] = []
    left = MOST_CHARACTERS
    for section in sections:
        if not section.text.strip():
            continue
        if left <= 0 or len(kept) == MOST_SECTIONS:
            return kept, False
        kept.append(Section(section.title[:120], section.text[:left]))
        left -= len(section.text)
    return kept, left >= 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
