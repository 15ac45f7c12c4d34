"""Tables of an answer in a box that scrolls, their columns aligned; lists of tasks with boxes."""

import re
from collections.abc import Iterable, Iterator, Sequence

from markdown_it.token import Token

from bots.answer.markdown.parse_tree import plain_text

CELL_CLASSES = frozenset({"left", "center", "right", "figure", "wordy"})
"""How a column is aligned; a figure is never broken over two lines, and words have some room."""
LONGEST_FIGURE = 24
WORDY = 40
"""Characters of a cell that wants a wide column."""
_ALIGNED = re.compile(r"text-align:(left|center|right)")
_FIGURE = re.compile(r"\d")
_TASK = re.compile(r"\[([ xX])\] ")
_BOXES = {" ": ("☐", "not done"), "x": ("☑", "done")}


def dressed(tokens: Sequence[Token]) -> list[Token]:
    """Tokens of a tree of which tables and lists of tasks can be shown by our style sheet alone."""
    return list(_dressed(tokens))


def _dressed(tokens: Sequence[Token]) -> Iterator[Token]:
    for place, token in enumerate(tokens):
        if token.type == "table_open":
            attributes: dict[str, str | int | float] = {
                "class": "table", "role": "region", "tabindex": "0", "aria-label": "Table"
            }  # fmt: skip
            yield Token("table_box_open", "div", 1, attributes, block=True)
        elif token.type in {"th_open", "td_open"}:
            _mark_cell(token, plain_text(tokens[place + 1].children or []))
        elif token.type == "inline" and _begins_item(tokens, place):
            _mark_task(tokens[place - 2], token)
        yield token
        if token.type == "table_close":
            yield Token("table_box_close", "div", -1, block=True)


def _mark_cell(cell: Token, text: str) -> None:
    aligned = _ALIGNED.search(str(cell.attrs.pop("style", "")))
    classes = [aligned[1]] if aligned else []
    if len(text) <= LONGEST_FIGURE and _FIGURE.search(text):
        classes.append("figure")
    if len(text) > WORDY:
        classes.append("wordy")
    if classes:
        cell.attrSet("class", " ".join(classes))


def _begins_item(tokens: Sequence[Token], place: int) -> bool:
    kinds = [token.type for token in tokens[max(place - 2, 0) : place]]
    return kinds == ["list_item_open", "paragraph_open"]


def _mark_task(item: Token, inline: Token) -> None:
    """A box instead of its brackets (https://github.github.com/gfm/#task-list-items-extension-)."""
    children = inline.children or []
    found = _TASK.match(children[0].content) if children and children[0].type == "text" else None
    if not found:
        return
    sign, said = _BOXES[found[1].lower()]
    item.attrSet("class", "task")
    children[0].content = children[0].content[found.end() :]
    box = {"class": "box", "role": "img", "aria-label": said}
    inline.children = [*_box(sign, box), *children]


def _box(sign: str, attributes: dict[str, str]) -> Iterable[Token]:
    yield Token("box_open", "span", 1, dict(attributes))
    yield Token("text", "", 0, content=sign)
    yield Token("box_close", "span", -1)
    yield Token("text", "", 0, content=" ")
