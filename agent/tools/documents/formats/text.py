"""Plain text and Markdown: one section a Markdown heading."""

import re
from collections.abc import Iterator

from agent.errors import DocumentRefusedError
from agent.tools.documents.content import Section

HEADING = re.compile(r"^#{1,6} +(\S.*)$")
UNREADABLE = "is not text in an encoding that I know. Save it as UTF-8 and attach it again."


def sections(data: bytes) -> Iterator[Section]:
    """What stands under each heading."""
    title, lines = "", list[str]()
    for line in decoded(data).splitlines():
        heading = HEADING.match(line)
        if heading:
            yield Section(title, "\n".join(lines))
            title, lines = heading[1].strip(" #"), []
        else:
            lines.append(line.rstrip())
    yield Section(title, "\n".join(lines))


def decoded(data: bytes) -> str:
    """Text in UTF-8, UTF-16 with a byte order mark, or the Windows encoding of western Europe.

    :raises DocumentRefusedError: when it is none of them.
    """
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if utf16 else ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DocumentRefusedError(UNREADABLE)
