"""Word, by python-docx: one section a heading."""

from collections.abc import Iterator
from io import BytesIO

import docx
from docx.table import Table
from docx.text.paragraph import Paragraph

from agent.tools.documents.content import Section

HEADINGS = ("Heading", "Title")


def sections(data: bytes) -> Iterator[Section]:
    """What stands under each heading, tables as rows of cells."""
    title, lines = "", list[str]()
    for block in docx.Document(BytesIO(data)).iter_inner_content():
        heading = _heading(block)
        if heading:
            yield Section(title, "\n".join(lines))
            title, lines = heading, []
        elif isinstance(block, Table):
            lines += _rows(block)
        else:
            lines.append(block.text.strip())
    yield Section(title, "\n".join(lines))


def _heading(block: Paragraph | Table) -> str:
    if isinstance(block, Table) or block.style is None:
        return ""
    return block.text.strip() if (block.style.name or "").startswith(HEADINGS) else ""


def _rows(table: Table) -> Iterator[str]:
    for row in table.rows:
        cells = dict.fromkeys(cell.text.strip() for cell in row.cells)  # merged cells come twice
        yield " | ".join(cell for cell in cells if cell)
