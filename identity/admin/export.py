"""Tables as files: CSV that a spreadsheet opens without running anything in it, or JSON."""

import csv
import io
import json
from collections.abc import Iterable, Sequence

from aiohttp import web

FORMULA_STARTS = tuple(
    "=+-@\t\r\n\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}"
    "\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}"
)
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection)."""


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> web.Response:
    """A download of the rows (RFC 4180), each cell harmless."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_escaped(cell) for cell in row] for row in rows)
    return _download(f"{name}.csv", "text/csv", text.getvalue())


def json_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> web.Response:
    """The same rows as a list of objects, each cell as it is: no spreadsheet reads these."""
    objects = [dict(zip(columns, row, strict=True)) for row in rows]
    content = json.dumps(objects, ensure_ascii=False, indent=1)
    return _download(f"{name}.json", "application/json", content)


def _download(file: str, content_type: str, content: str) -> web.Response:
    return web.Response(
        text=content,
        content_type=content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{file}"',
            "Cache-Control": "no-store",
        },
    )


def _escaped(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
