"""How commands print what they list: columns for people, JSON for programs."""

import json
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text


def print_listing(rows: Sequence[dict[str, str]], *, as_json: bool, empty: str) -> None:
    """Print the rows; ``empty`` says what to do when there is none."""
    if as_json:
        json.dump(rows, sys.stdout, indent=2)
        sys.stdout.write("\n")
        return
    if not rows:
        sys.stdout.write(f"{empty}\n")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="bold")
    for column in rows[0]:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row.values()))
    # What goes into a file or another program is never broken.
    width = None if sys.stdout.isatty() else 1_000
    Console(highlight=False, width=width).print(table)


def print_record(row: dict[str, str], *, as_json: bool) -> None:
    """Print one row, a line for each value, however long: what is copied is never broken."""
    if as_json:
        print_listing([row], as_json=True, empty="")
        return
    width = max(map(len, row))
    for column, value in row.items():
        sys.stdout.write(f"{column.replace('_', ' '):<{width}}  {value}\n")
