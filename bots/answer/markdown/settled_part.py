"""How much of a growing answer no later word can change, so that it can be shown for good."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from markdown_it.token import Token

from bots.answer.markdown.neutralise import harmless
from bots.answer.markdown.parse_tree import siblings

_MAY_BEGIN = re.compile(r"[\\`*_~\[\]|<] | &(?=\S|$)", re.VERBOSE)
"""What may turn out to be the beginning of something: emphasis, a link, an entity, a table."""
_LAST_WORD = re.compile(r"\s*\S*$")

Block = list[Token]


def settled_part(markdown: str, *, whole: bool = False) -> list[Token]:
    """The harmless tokens of what is settled of ``markdown``.

    Every block but the last one is over; of that, the items before the last of a list are, and the
    words of a paragraph before anything that may begin there. Text that is settled stays the
    beginning of what comes, but for what Markdown can say afterwards (a link's definition, an
    empty line between the items of a list): whoever shows more has to look.

    :param whole: nothing is added to the last block any more.
    """
    blocks = list(siblings(harmless(markdown)))
    over = blocks if whole else [*blocks[:-1], *_begun(blocks[-1:])]
    return [token for block in over for token in block]


def _begun(last: Sequence[Block]) -> Iterator[Block]:
    for block in last:
        match block[0].type:
            case "paragraph_open":
                opening, inline, closing = block
                if words := _without_space_at_end(list(_words(inline.children or []))):
                    yield [opening, replace(inline, children=words), closing]
            case "bullet_list_open" | "ordered_list_open":
                items = list(siblings(block[1:-1]))[:-1]
                if items:
                    yield [block[0], *(token for item in items for token in item), block[-1]]


def _without_space_at_end(children: Sequence[Token]) -> list[Token]:
    if not children:
        return []
    *others, last = children
    if last.type in {"softbreak", "hardbreak"}:
        return _without_space_at_end(others)
    if last.type != "text":
        return list(children)
    text = last.content.rstrip()
    return [*others, replace(last, content=text)] if text else _without_space_at_end(others)


def _words(children: Sequence[Token]) -> Iterator[Token]:
    """Inline tokens up to where something may begin."""
    parts = [part for part in siblings(children) if part[0].type != "text" or part[0].content]
    for number, part in enumerate(parts):
        token = part[0]
        if token.type != "text":
            if number < len(parts) - 1:
                yield from part
            continue
        begins = _MAY_BEGIN.search(token.content)
        text = token.content[: begins.start()] if begins else token.content
        if begins or number == len(parts) - 1:
            yield replace(token, content=_LAST_WORD.sub("", text))
            return
        yield token
