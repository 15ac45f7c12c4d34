"""A long answer in pieces that one message each can carry, cut on its parse tree."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain

from markdown_it.token import Token

from bots.answer.markdown.clipping import clipped, size
from bots.answer.markdown.inline_splitting import inline_parts
from bots.answer.markdown.parse_tree import parsed, siblings
from bots.answer.markdown.writing import written

LEAST = 25
"""Bytes that a piece has room for at least."""
_BETWEEN = 2
"""Bytes: the empty line after a block."""

Block = list[Token]
Wrap = Callable[[Sequence[Block]], Block]


def split(markdown: str, limit: int) -> list[str]:
    """``markdown`` in pieces of at most ``limit`` bytes of UTF-8, cut where a reader would pause.

    Each piece is whole Markdown: a code block, a list or a quotation that is cut ends in its piece
    and begins again in the next one, a table has its header again, and no link is cut that fits.

    :raises ValueError: when ``limit`` leaves no room for a piece.
    """
    if limit <= LEAST:
        raise ValueError(f"a piece has more than {LEAST} bytes")
    if size(markdown) <= limit:
        return [markdown] if markdown else []
    return list(_pieces(siblings(parsed(markdown)), limit, limit))


def _pieces(blocks: Iterable[Block], limit: int, target: int) -> Iterator[str]:
    """Pieces that fit ``limit``; where escapes and indentation take more than is thought, again.

    :param target: how large they are made.
    """
    for piece in _packed(blocks, _in_a_row, target, target):
        text = written(piece)
        if size(text) <= limit:
            yield text
        elif target > limit // 4:
            yield from _pieces(siblings(piece), limit, target * 3 // 4)
        else:
            yield from _plain_cuts(text, limit)


def _plain_cuts(text: str, limit: int) -> Iterator[str]:
    """What has no place to cut at, such as an endless address, as mere text."""
    while text:
        piece = clipped(text, limit)
        text = text[len(piece) :]
        yield piece


def _packed(blocks: Iterable[Block], wrap: Wrap, room: int, target: int) -> list[Block]:
    """Neighbours together as far as they fit; what doesn't fit alone is cut.

    :param wrap: puts what encloses the blocks around some of them.
    :param room: bytes of the first of the results; the others have ``target``.
    """
    enclosing = size(written(wrap([])))
    room, target = room - enclosing, max(target - enclosing, 1)
    groups: list[list[Block]] = [[]]
    for block in blocks:
        needed = size(written(wrap([block]))) - enclosing + _BETWEEN
        if needed > room and groups[-1] and (needed <= target or room < target // 4):
            groups.append([])
            room = target
        if needed <= room:
            groups[-1].append(block)
            room -= needed
            continue
        first, *others = _cut(block, room, target)
        groups[-1].append(first)
        groups += [[other] for other in others]
        room = target - size(written(wrap(groups[-1]))) + enclosing
    return [wrap(group) for group in groups if group]


def _cut(block: Block, room: int, target: int) -> list[Block]:
    """A block that doesn't fit as several of its kind."""
    match block[0].type:
        case "fence" | "code_block":
            return _cut_code(block[0], room, target)
        case "paragraph_open" | "heading_open":
            opening, inline, closing = block
            parts = inline_parts(inline.children or [], room, target)
            return [[opening, replace(inline, children=part), closing] for part in parts] or [block]
        case "table_open":
            head, *rows = _rows(block)
            return _packed(rows, lambda some: _table(block, head, some), room, target)
        case "bullet_list_open" | "ordered_list_open":
            return _cut_list(block, room, target)
        case "blockquote_open":
            inside = siblings(block[1:-1])
            return _packed(inside, lambda some: _around(block, 1, some), room, target)
    return [block]


def _cut_list(block: Block, room: int, target: int) -> list[Block]:
    """Between its items, or within the only one, whose mark stands before each part then."""
    items = list(siblings(block[1:-1]))
    if len(items) == 1:
        inside = siblings(items[0][1:-1])
        return _packed(inside, lambda some: _around(block, 2, some), room, target)
    lists = [_list(block, [item]) for item in items]
    return _packed(lists, lambda some: _joined(block, some), room, target)


def _cut_code(code: Token, room: int, target: int) -> list[Block]:
    fences = 2 * (len(code.markup) + 2) + size(code.info)
    left = room - fences
    parts = [""]
    for line in _short_lines(code.content, max(target - fences, 1)):
        if size(line) > left and parts[-1]:
            parts.append("")
            left = target - fences
        parts[-1] += line
        left -= size(line)
    return [[replace(code, type="fence", content=part)] for part in parts]


def _short_lines(code: str, limit: int) -> Iterator[str]:
    """Lines, those that no piece has room for in parts."""
    for line in code.splitlines(keepends=True):
        rest = line
        while size(rest) > limit:
            part = clipped(rest, limit - 1).rstrip("\n") or rest[0]
            rest = rest[len(part) :]
            yield f"{part}\n"
        yield rest


def _in_a_row(blocks: Sequence[Block]) -> Block:
    return list(chain.from_iterable(blocks))


def _rows(table: Block) -> list[Block]:
    parts = siblings(table[1:-1])
    return [row for part in parts for row in siblings(part[1:-1])]


def _table(table: Block, head: Block, rows: Sequence[Block]) -> Block:
    """A table of some rows of another one, with its header."""
    part = [table[0], Token("thead_open", "thead", 1), *head, Token("thead_close", "thead", -1)]
    body = [Token("tbody_open", "tbody", 1), *_in_a_row(rows), Token("tbody_close", "tbody", -1)]
    return [*part, *(body if rows else []), table[-1]]


def _around(block: Block, depth: int, inside: Sequence[Block]) -> Block:
    """Some of what stands ``depth`` tokens deep in a block, with what encloses it."""
    return [*block[:depth], *_in_a_row(inside), *block[-depth:]]


def _joined(whole: Block, lists: Sequence[Block]) -> Block:
    """Lists of one item each as one."""
    return _list(whole, [each[1:-1] for each in lists]) if lists else []


def _list(whole: Block, items: Sequence[Block]) -> Block:
    """A list of some items of another one, which keep their numbers."""
    opening = whole[0]
    if opening.type == "ordered_list_open" and items[0][0].info:
        opening = replace(opening, attrs={"start": int(items[0][0].info)})
    return [opening, *_in_a_row(items), whole[-1]]
