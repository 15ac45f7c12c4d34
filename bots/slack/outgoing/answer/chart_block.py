"""Numbers of a table that are a series, as one of Slack's charts beside it."""

import re
from collections.abc import Sequence
from typing import Any

# https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
MOST_SERIES, MOST_POINTS, LEAST_POINTS = 6, 20, 3
LONGEST_LABEL, LONGEST_TITLE = 20, 50

_UNITS = re.compile(r"[\s%$€£¥]")
_GROUPED = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
_GROUPED_BY_DOTS = re.compile(r"[-+]?\d{1,3}(\.\d{3})+(,\d+)|[-+]?\d{1,3}(\.\d{3}){2,}")
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")
_ORDERED = re.compile(r"\d")

Block = dict[str, Any]


def chart_block(rows: Sequence[Sequence[str]]) -> Block | None:
    """The chart of a table: a label in the first column, numbers in all others; else None.

    :param rows: what is read in each cell, the header first.
    """
    header, *body = rows
    if not LEAST_POINTS <= len(body) <= MOST_POINTS or not 1 <= len(header) - 1 <= MOST_SERIES:
        return None
    names, labels = header[1:], [row[0] for row in body if len(row) == len(header)]
    columns = [[_number(row[at]) for row in body] for at in range(1, len(header))]
    known = [[value for value in column if value is not None] for column in columns]
    if len(labels) < len(body) or any(len(column) < len(body) for column in known):
        return None
    if not _are_labels(names) or not _are_labels(labels):
        return None
    kind = "line" if all(map(_ORDERED.search, labels)) else "bar"
    return {
        "type": "data_visualization",
        "title": ", ".join(names)[:LONGEST_TITLE],
        "chart": {
            "type": kind,
            "series": [
                {"name": name, "data": _points(labels, column)}
                for name, column in zip(names, known, strict=True)
            ],
            "axis_config": {"categories": labels},
        },
    }


def _points(labels: Sequence[str], values: Sequence[float]) -> list[Block]:
    return [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)]


def _are_labels(names: Sequence[str]) -> bool:
    """Whether Slack takes them: each with something in it, short, and unlike the others."""
    return len({*names}) == len(names) and all(1 <= len(name) <= LONGEST_LABEL for name in names)


def _number(text: str) -> float | None:
    """What a cell says if it is a number, as people write it: 1,200.50, 1.200,50 € or 12 %."""
    bare = _UNITS.sub("", text).replace("\u2212", "-")
    if _GROUPED.fullmatch(bare):
        return float(bare.replace(",", ""))
    if _GROUPED_BY_DOTS.fullmatch(bare):
        return float(bare.replace(".", "").replace(",", "."))
    return float(bare.replace(",", ".")) if _NUMBER.fullmatch(bare) else None
