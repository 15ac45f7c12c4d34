"""A table whose numbers are a series, drawn below it ("Charts in Adaptive Cards", Teams docs)."""

import re
from collections.abc import Sequence

from bots.teams.outgoing.bot_connector import Json

FEWEST, MOST = 3, 30
"""Rows of a table that is drawn."""
MOST_SERIES = 4
_NUMBER = re.compile(
    r"[^\d\s.,+-]{0,4}\s?([+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[+-]?\d+(?:\.\d+)?)\s?\D{0,4}"
)
"""A number as people write it: with a sign, thousands, and a unit or currency beside it."""
_TIME = re.compile(r"\d{4}(-\d{2}){0,2}")


def chart(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Json | None:
    """The chart of a table; None where its columns are no series of numbers.

    The first column names the points; every other one has nothing but numbers.
    """
    series = [_numbers([row[column] for row in rows]) for column in range(1, len(header))]
    if not FEWEST <= len(rows) <= MOST or not 1 <= len(series) <= MOST_SERIES:
        return None
    known = [numbers for numbers in series if numbers is not None]
    if len(known) < len(series):
        return None
    points = [row[0] for row in rows]
    if len(set(points)) < len(points) or not all(points):
        return None
    drawn = {
        "type": "Chart.VerticalBar.Grouped",
        "xAxisTitle": header[0],
        "data": [
            {
                "legend": name,
                "values": [{"x": x, "y": y} for x, y in zip(points, column, strict=True)],
            }
            for name, column in zip(header[1:], known, strict=True)
        ],
    }
    if all(map(_TIME.fullmatch, points)):
        drawn["type"] = "Chart.Line"
    elif len(known) == 1:
        values = [{"x": x, "y": y} for x, y in zip(points, known[0], strict=True)]
        drawn |= {"type": "Chart.VerticalBar", "yAxisTitle": header[1], "data": values}
    return {**drawn, "fallback": "drop"}  # the table says it all where there are no charts


def _numbers(column: Sequence[str]) -> list[float] | None:
    found = [_NUMBER.fullmatch(cell) for cell in column]
    if not all(found):
        return None
    return [float(match[1].replace(",", "")) for match in found if match]
