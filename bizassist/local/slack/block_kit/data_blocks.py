"""Block Kit's rules for what shows work and numbers: task cards, tables, charts."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

# https://docs.slack.dev/reference/block-kit/blocks/task-card-block
TASK_STATES = ("pending", "in_progress", "complete", "error")
# Rows, cells of one, characters: https://docs.slack.dev/reference/block-kit/blocks/table-block,
# compared on 2026-11-27. A number is a cell of a data_table alone.
MAX_ROWS, MAX_CELLS, MAX_TABLE = 100, 20, 10_000
CELLS = {"raw_text", "rich_text"}
CHARTS = {"line", "bar", "area"}
# https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block, compared on 2026-11-27
MAX_TITLE, MAX_LABEL, MAX_SERIES, MAX_POINTS = 50, 20, 6, 20
# In one message, as their users met it: https://github.com/vercel/chat/issues/696
MOST = {"table": 1, "data_visualization": 2}

Block = dict[str, Any]
Problems = Iterator[str]


def whole_message(blocks: list[Block]) -> Problems:
    """What one message can have only so many of."""
    counted = Counter(block.get("type") for block in blocks)
    for kind, most in MOST.items():
        if counted[kind] > most:
            yield f"no more than {most} {kind} allowed [json-pointer:/blocks]"


def task_card(block: Block, place: str) -> Problems:
    """One task: an id, a title, a state."""
    for name in ("task_id", "title"):
        if not isinstance(block.get(name), str) or not block[name]:
            yield f"missing required field: {name} [json-pointer:{place}]"
    if block.get("status") not in TASK_STATES:
        yield f"must be a valid enum value [json-pointer:{place}/status]"
    for source in block.get("sources", []):
        if source.get("type") != "url" or not source.get("url") or not source.get("text"):
            yield f"invalid source [json-pointer:{place}/sources]"


def table(block: Block, place: str) -> Problems:
    """Rows of equally many cells, each with something in it."""
    rows = block.get("rows")
    if not isinstance(rows, list) or not rows:
        yield f"missing required field: rows [json-pointer:{place}]"
        return
    if len(rows) > MAX_ROWS or any(not 1 <= len(row) <= MAX_CELLS for row in rows):
        yield f"too many rows or cells [json-pointer:{place}/rows]"
    if len({len(row) for row in rows}) > 1:
        yield f"rows differ in length [json-pointer:{place}/rows]"
    cells = [cell for row in rows for cell in row]
    if any(cell.get("type") not in CELLS for cell in cells):
        yield f"unsupported type of a cell [json-pointer:{place}/rows]"
    if any(cell.get("type") == "raw_text" and not cell.get("text") for cell in cells):
        yield f"must be more than 0 characters [json-pointer:{place}/rows]"
    if sum(len(str(cell.get("text", ""))) for cell in cells) > MAX_TABLE:
        yield f"must be less than {MAX_TABLE + 1} characters [json-pointer:{place}/rows]"


def chart(block: Block, place: str) -> Problems:
    """A chart of series that share their categories."""
    shown, title = block.get("chart"), block.get("title")
    if not isinstance(title, str) or not 1 <= len(title) <= MAX_TITLE:
        yield f"must be 1 to {MAX_TITLE} characters [json-pointer:{place}/title]"
    if not isinstance(shown, dict) or shown.get("type") not in CHARTS:
        yield f"must be a valid enum value [json-pointer:{place}/chart/type]"
        return
    series, categories = shown.get("series", []), shown.get("axis_config", {}).get("categories", [])
    if not 1 <= len(series) <= MAX_SERIES or not 1 <= len(categories) <= MAX_POINTS:
        yield f"too many or no series or categories [json-pointer:{place}/chart]"
    names = [str(one.get("name", "")) for one in series]
    if any(not 1 <= len(label) <= MAX_LABEL for label in [*categories, *names]):
        yield f"must be 1 to {MAX_LABEL} characters [json-pointer:{place}/chart]"
    if len({*categories}) < len(categories) or len({*names}) < len(names):
        yield f"names must be unique [json-pointer:{place}/chart]"
    for one in series:
        yield from _points(one.get("data", []), categories, f"{place}/chart/series")


def _points(data: list[Block], categories: list[str], place: str) -> Problems:
    if [point.get("label") for point in data] != categories:
        yield f"labels must match the categories [json-pointer:{place}]"
    if not all(type(point.get("value")) in {int, float} for point in data):
        yield f"must be a number [json-pointer:{place}]"


DATA: Mapping[str, Callable[[Block, str], Problems]] = {
    "data_visualization": chart,
    "table": table,
    "task_card": task_card,
}
