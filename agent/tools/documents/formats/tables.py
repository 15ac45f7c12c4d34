"""Rows of cells as lines: each cell with the heading of its column."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from agent.errors import DocumentRefusedError
from agent.tools.documents.content import Section
from agent.tools.documents.formats.text import decoded

SAMPLE = 8_192


def sections(data: bytes) -> Iterator[Section]:
    """A CSV file as one section.

    :raises DocumentRefusedError: when it has no rows of cells.
    """
    text = decoded(data)
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:SAMPLE], ",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        rows = ([cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), dialect))
        yield Section("", "\n".join(lines(rows)))
    except csv.Error as error:
        raise DocumentRefusedError("is damaged: its rows can't be told apart.") from error


def lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """One line a row; the first row names the columns of those below it."""
    heads: Sequence[str] = ()
    for row in rows:
        if not any(row):
            continue
        if not heads and _names_columns(row):
            heads = row
            yield " | ".join(cell for cell in row if cell)
        else:
            yield "; ".join(_said(heads, place, cell) for place, cell in enumerate(row) if cell)


def _names_columns(row: Sequence[str]) -> bool:
    filled = [cell for cell in row if cell]
    return len(filled) > 1 and not any(cell[0].isdigit() for cell in filled)


def _said(heads: Sequence[str], place: int, cell: str) -> str:
    head = heads[place] if place < len(heads) else ""
    return f"{head}: {cell}" if head else cell
