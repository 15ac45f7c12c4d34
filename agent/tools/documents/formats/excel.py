"""Excel, by calamine: one section a sheet, its rows as cells with their column's heading."""

from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from agent.errors import DocumentRefusedError
from agent.tools.documents.content import Section
from agent.tools.documents.formats.tables import lines


def sections(data: bytes) -> Iterator[Section]:
    """Each sheet that has something in it.

    :raises DocumentRefusedError: when it is locked or damaged.
    """
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        for name in book.sheet_names:
            rows = (
                [_cell(cell) for cell in row] for row in book.get_sheet_by_name(name).iter_rows()
            )
            yield Section(f"sheet {name}", "\n".join(lines(rows)))
    except PasswordError as error:
        sentence = "is protected by a password. Remove the password and attach it again."
        raise DocumentRefusedError(sentence) from error
    except CalamineError as error:
        raise DocumentRefusedError("is damaged: it can't be opened as a workbook.") from error


def _cell(value: object) -> str:
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{int(value):,}" if value.is_integer() else f"{value:,.10g}"
    return str(value).strip()
