"""A parse tree written as Markdown that is parsed to the same tree again, in every dialect."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType, SimpleNamespace

from markdown_it.token import Token
from mdformat.renderer import DEFAULT_RENDERERS, MDRenderer, RenderContext, RenderTreeNode

# What text may not hold as it is, outside of code; its paragraph looks after beginnings of lines.
# Links by reference are written in line, so that brackets alone mean nothing. The second bracket
# of `](` is for whoever doesn't know that the first is escaped.
_MEANS = re.compile(
    r"""[\\`] | (?<!\s)\* | \*(?!\s) | (?<![^\W_])_ | _(?![^\W_]) | \](?=[(:\[]) | (?<=\])\(
        | !(?=\[) | <(?=\S|$) | &(?=\#?\w+;) | ~(?=~) | (?<=~)~""",
    re.VERBOSE,
)
_WHITE = re.compile(r"[ \t\r\n\f\v]+")

Write = Callable[[RenderTreeNode, RenderContext], str]
Escape = Callable[[str], str]


def written(
    tokens: Sequence[Token], *, escape: Escape = str, renderers: Mapping[str, Write] | None = None
) -> str:
    r"""``tokens`` as Markdown.

    :param escape: what else is done to text outside of code, in which ``\\`` has been put before
        whatever would mean something.
    :param renderers: how some kinds of node are written otherwise.
    """
    dialect = SimpleNamespace(
        RENDERERS={**_RENDERERS, **(renderers or {})},
        POSTPROCESSORS={"text": lambda text, _node, _context: escape(text)},
    )
    return MDRenderer().render(tokens, {"parser_extension": [dialect]}, {}).rstrip("\n")


def _text(node: RenderTreeNode, context: RenderContext) -> str:
    del context
    text = _MEANS.sub(r"\\\g<0>", _WHITE.sub(" ", node.content))
    if not text.endswith("!"):
        return text
    before_link = node.next_sibling and node.next_sibling.type == "link"
    return f"{text[:-1]}\\!" if before_link else text


def _rule(node: RenderTreeNode, context: RenderContext) -> str:
    del node, context
    return "---"


def _struck(node: RenderTreeNode, context: RenderContext) -> str:
    return f"~~{_inside(node, context)}~~"


def _table(node: RenderTreeNode, context: RenderContext) -> str:
    rows = [row for part in node.children for row in part.children]
    lines = [_row([_cell(cell, context) for cell in row.children]) for row in rows]
    return "\n".join([lines[0], _row([_rule_of(cell) for cell in rows[0].children]), *lines[1:]])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(cell: RenderTreeNode, context: RenderContext) -> str:
    return _inside(cell, context).replace("|", "\\|")


def _rule_of(cell: RenderTreeNode) -> str:
    alignment = str(cell.attrs.get("style", ""))
    left, right = "left" in alignment, "right" in alignment
    centred = "center" in alignment
    return f"{':' if left or centred else '-'}-{':' if right or centred else '-'}"


def _ordered_list(node: RenderTreeNode, context: RenderContext) -> str:
    """Numbers as they are read: not padded with zeros, which some chats would show."""
    first = int(node.attrs.get("start", 1))
    sign = ")" if node.previous_sibling and node.previous_sibling.type == node.type else "."
    items = [
        _item(f"{number}{sign} ", item.render(context))
        for number, item in enumerate(node.children, first)
    ]
    return _between(node, context).join(items)


def _list_item(node: RenderTreeNode, context: RenderContext) -> str:
    """What an item holds, without its mark."""
    between = _between(node.parent, context) if node.parent else "\n"
    written_out = (child.render(context) for child in node.children)
    text = between.join(part for part in written_out if part)
    return text if text.strip() else ""


def _between(whole: RenderTreeNode, context: RenderContext) -> str:
    """What divides a list's items and their blocks; found once a list, not once for each item."""
    known = context.env.setdefault("between", {})
    if id(whole) not in known:
        blocks = (part for item in whole.children for part in item.children)
        tight = all(part.hidden for part in blocks if part.type == "paragraph")
        known[id(whole)] = "\n" if tight else "\n\n"
    return str(known[id(whole)])


def _item(marker: str, text: str) -> str:
    first, *others = text.split("\n")
    indented = (" " * len(marker) + line if line else "" for line in others)
    return "\n".join([f"{marker}{first}".rstrip(), *indented])


def _inside(node: RenderTreeNode, context: RenderContext) -> str:
    return "".join(child.render(context) for child in node.children)


_RENDERERS: Mapping[str, Write] = MappingProxyType(
    {
        "hr": _rule,
        "s": _struck,
        "text": _text,
        "table": _table,
        "ordered_list": _ordered_list,
        "list_item": _list_item,
        "code_block": DEFAULT_RENDERERS["fence"],
    }
)
