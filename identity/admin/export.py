"""Tables as files: CSV that a spreadsheet opens without running anything in it, or JSON."""

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Sequence

from aiohttp import web

FORMULA = frozenset("=+-@")
"""What a spreadsheet takes for the beginning of a formula, also in forms that normalise to it
(full-width ones, say): OWASP, CSV Injection; Unicode NFKC."""

SEPARATORS = frozenset(",;\t\r\n\"'|")
"""After which another reader may see a cell begin: Excel goes by the country's list separator, and
splits at ``;`` what stands between our quotes."""


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
    """The cell with ``'`` before each sign that could begin a formula, wherever a cell may begin.

    Spaces and what can't be seen are looked through: spreadsheets drop them.
    """
    kept, may_begin = [], True
    for sign in cell:
        if may_begin and unicodedata.normalize("NFKC", sign)[:1] in FORMULA:
            kept.append("'")
        may_begin = sign in SEPARATORS or (may_begin and (sign.isspace() or _unseen(sign)))
        kept.append(sign)
    return "".join(kept)


def _unseen(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cf", "Mn"}
