"""A table of an answer as Slack's own table block, where it fits one."""

from collections.abc import Iterator, Sequence
from typing import Any

from markdown_it.token import Token

from bots.answer.markdown.parse_tree import plain_text

# https://docs.slack.dev/reference/block-kit/blocks/table-block
MOST_ROWS, MOST_COLUMNS, MOST_CHARACTERS = 100, 20, 10_000
STYLES = {"strong_open": "bold", "em_open": "italic", "s_open": "strike"}

Block = dict[str, Any]


def table_block(table: Sequence[Token]) -> Block | None:
    """The block for a table's harmless tokens; None for one that doesn't fit."""
    rows = list(_rows(table))
    width = max(map(len, rows), default=0)
    if not 1 <= width <= MOST_COLUMNS or not 1 <= len(rows) <= MOST_ROWS:
        return None
    if sum(len(plain_text(cell)) for row in rows for cell in row) > MOST_CHARACTERS:
        return None
    settings = [{"align": _alignment(cell), "is_wrapped": True} for cell in _heads(table)]
    return {
        "type": "table",
        "rows": [[_cell(cell) for cell in row] for row in rows],
        "column_settings": settings,
    }


def texts(table: Sequence[Token]) -> list[list[str]]:
    """What a person reads in each cell, row by row, its header first."""
    return [[plain_text(cell).strip() for cell in row] for row in _rows(table)]


def _rows(table: Sequence[Token]) -> Iterator[list[list[Token]]]:
    row: list[list[Token]] = []
    for token in table:
        if token.type == "tr_open":
            row = []
        elif token.type == "inline":
            row.append(token.children or [])
        elif token.type == "tr_close":
            yield row


def _heads(table: Sequence[Token]) -> list[Token]:
    return [token for token in table if token.type == "th_open"]


def _alignment(head: Token) -> str:
    style = str(head.attrs.get("style", ""))
    return next((side for side in ("right", "center") if side in style), "left")


def _cell(children: Sequence[Token]) -> Block:
    if all(child.type in {"text", "softbreak"} for child in children):
        return {"type": "raw_text", "text": plain_text(children).strip() or " "}
    section = {"type": "rich_text_section", "elements": list(_elements(children))}
    return {"type": "rich_text", "elements": [section]}


def _elements(children: Sequence[Token]) -> Iterator[Block]:
    """Words with their style, links with their address."""
    styles: list[str] = []
    address = ""
    for child in children:
        if child.type in STYLES:
            styles.append(STYLES[child.type])
        elif child.type == "link_open":
            address = str(child.attrs.get("href", ""))
        elif child.type == "link_close":
            address = ""
        elif child.type.endswith("_close") and styles:
            styles.pop()
        elif text := plain_text([child]):
            style = dict.fromkeys(
                [*styles, *(["code"] if child.type == "code_inline" else [])], True
            )
            element = {"type": "link", "url": address} if address else {"type": "text"}
            yield {**element, "text": text, **({"style": style} if style else {})}
