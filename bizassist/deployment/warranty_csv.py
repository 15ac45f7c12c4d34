"""A CSV file of devices, read into rows of the warranty table or into every fault it has."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bizassist.errors import CsvError, CsvFault
from gateway_tools import serial_number_spelling as serial_numbers

Value = str | bool
Row = dict[str, Value]

LONGEST = 200
_TRUTH = {"no": False, "false": False, "0": False, "yes": True, "true": True, "1": True}


@dataclass(frozen=True, slots=True)
class Column:
    """How one column's cells are read.

    :param read: raises ValueError or KeyError for what it can't read.
    :param complaint: what is said then, after the cell's text.
    """

    read: Callable[[str], Value] = str
    complaint: str = ""
    required: bool = True


def _day(text: str) -> str:
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError(text)  # weeks and dates without dashes are ISO too, but nobody's habit
    return text


def _email(text: str) -> str:
    name, _, host = text.partition("@")
    if not name or "." not in host or any(mark in text for mark in " ,;<>"):
        raise ValueError(text)
    return text.lower()


COLUMNS = {
    "serial_number": Column(
        serial_numbers.compact, "is not a serial of 4 to 40 letters and digits"
    ),
    "product": Column(),
    "purchase_date": Column(_day, "is not a date such as 2026-01-31"),
    "end_date": Column(_day, "is not a date such as 2026-01-31"),
    "coverage": Column(),
    "void": Column(lambda text: _TRUTH[text.lower()], "is neither yes nor no", required=False),
    "customer_email": Column(_email, "is not an e-mail address", required=False),
    "customer_name": Column(required=False),
}


def read_csv(path: Path) -> list[Row]:
    """The devices of a file, as the table keeps them.

    :raises CsvError: with every fault in the file, by line and column.
    :raises OSError: when there is no such file.
    """
    try:
        # utf-8-sig, since spreadsheets put a byte order mark in front.
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = list(_lines(file))
    except UnicodeDecodeError:
        raise CsvError([CsvFault(1, "", "the file is not UTF-8; save it as UTF-8 CSV")]) from None
    header = [name.strip().lower() for name in lines[0][1]] if lines else []
    faults = _header_faults(header)
    if faults:
        raise CsvError(faults)
    read = [(line, *_row(line, header, cells)) for line, cells in lines[1:]]
    faults = [fault for _, _, wrong in read for fault in wrong]
    faults += _repeated([(line, row) for line, row, _ in read])
    if faults or not read:
        raise CsvError(sorted(faults, key=lambda fault: fault.line) or [_NOTHING])
    return [row for _, row, _ in read]


_NOTHING = CsvFault(1, "", "there are no devices below the column names")


def _lines(file: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    """Each row and the line it begins on: a quoted cell may span several."""
    reader = csv.reader(file, strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise CsvError([CsvFault(begins, "", f"is not CSV: {error}")]) from None


def _header_faults(header: Sequence[str]) -> list[CsvFault]:
    return [
        *(
            CsvFault(1, name, "the column is missing")
            for name, column in COLUMNS.items()
            if column.required and name not in header
        ),
        *(CsvFault(1, name, "there is no such column") for name in header if name not in COLUMNS),
        *(
            CsvFault(1, name, "the column is there more than once")
            for name in COLUMNS
            if header.count(name) > 1
        ),
    ]


def _row(line: int, header: Sequence[str], cells: Sequence[str]) -> tuple[Row, list[CsvFault]]:
    if len(cells) != len(header):
        return {}, [CsvFault(line, "", f"has {len(cells)} cells where {len(header)} belong")]
    row: Row = {}
    faults = []
    texts = dict(zip(header, (cell.strip() for cell in cells), strict=True))
    for name, text in texts.items():
        complaint = _take(row, name, text)
        if complaint:
            faults.append(CsvFault(line, name, complaint))
    row["printed_serial"] = serial_numbers.printed(texts["serial_number"])
    return row, faults or _crossed(line, row)


def _take(row: Row, name: str, text: str) -> str | None:
    """Read one cell into the row; what is wrong with it, if anything."""
    column = COLUMNS[name]
    if not text:
        return "is missing" if column.required else None
    if len(text) > LONGEST:
        return f"is longer than {LONGEST} characters"
    try:
        row[name] = column.read(text)
    except (KeyError, ValueError):
        return f"{text!r} {column.complaint}"
    return None


def _crossed(line: int, row: Mapping[str, Value]) -> list[CsvFault]:
    if str(row["end_date"]) < str(row["purchase_date"]):
        return [CsvFault(line, "end_date", "lies before the purchase date")]
    return []


def _repeated(rows: Sequence[tuple[int, Row]]) -> list[CsvFault]:
    first: dict[Value, int] = {}
    faults = []
    for line, row in rows:
        serial = row.get("serial_number")
        if serial is None:
            continue
        if serial in first:
            message = f"is the same device as in line {first[serial]}"
            faults.append(CsvFault(line, "serial_number", message))
        first.setdefault(serial, line)
    return faults
