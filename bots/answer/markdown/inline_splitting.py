"""A paragraph that is too long in parts: between sentences, else between words, else anywhere."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from markdown_it.token import Token

from bots.answer.markdown.clipping import clipped, size

# A row of dots ends once, and is not tried from each of them.
_SENTENCE = re.compile(r".+?(?:(?<![.!?…])[.!?…]++[\"')\]]*+\s+|[。\uff01\uff1f]+|$)", re.DOTALL)
_WORD = re.compile(r"\S*\s*", re.DOTALL)
_ESCAPED = re.compile(r"[\\*_\[\]<`&~#|()]")


def inline_parts(children: Sequence[Token], room: int, target: int) -> list[list[Token]]:
    """Inline tokens in parts of about so many bytes; emphasis goes on in the next part.

    :param room: bytes of the first part; the others have ``target``.
    """
    parts, current, marks, left = list[list[Token]](), list[Token](), list[Token](), room
    for atom in _atoms(children, target):
        cost = sum(map(_cost, atom))
        if cost > left and len(current) > len(marks) and atom[0].nesting >= 0:
            parts.append(_ended(current, marks))
            current, left = list(marks), target
        current += atom
        left -= cost
        if len(atom) == 1 and atom[0].nesting > 0:
            marks.append(atom[0])
        elif len(atom) == 1 and atom[0].nesting < 0:
            marks.pop()
    return [part for part in map(_stripped, [*parts, current]) if part]


def _atoms(children: Sequence[Token], target: int) -> Iterator[list[Token]]:
    """What is never cut: links, code, marks of emphasis, pieces of text."""
    link = list[Token]()
    for child in children:
        if link or child.type == "link_open":
            link.append(child)
            if child.type == "link_close":
                yield link
                link = []
        elif child.type == "text":
            for piece in _text_pieces(child.content, target):
                yield [replace(child, content=piece)]
        else:
            yield [child]
    if link:
        yield link


def _text_pieces(text: str, target: int) -> Iterator[str]:
    for sentence in _SENTENCE.findall(text):
        if size(sentence) <= target // 2:
            yield sentence
            continue
        for word in _WORD.findall(sentence):
            rest = word
            while size(rest) > target // 2:
                piece = clipped(rest, target // 2)
                rest = rest[len(piece) :]
                yield piece
            if rest:
                yield rest


def _cost(token: Token) -> int:
    """How many bytes a token takes when it is written, or a few more."""
    marks = 2 if token.nesting or token.type.endswith("break") else 0
    address = size(str(token.attrs.get("href", token.attrs.get("src", ""))))
    escapes = len(_ESCAPED.findall(token.content))
    inside = sum(map(_cost, token.children or []))
    return marks + size(token.content) + escapes + inside + (address and address + 4)


def _ended(part: list[Token], marks: Sequence[Token]) -> list[Token]:
    """``part`` with the end of each emphasis that is open, without one that holds nothing."""
    open_marks = list(marks)
    while open_marks and part and part[-1] is open_marks[-1]:
        part, open_marks = part[:-1], open_marks[:-1]
    ends = (
        replace(mark, type=mark.type.replace("_open", "_close"), nesting=-1)
        for mark in reversed(open_marks)
    )
    return [*part, *ends]


def _stripped(part: list[Token]) -> list[Token]:
    """``part`` without white space at its beginning and end, where it would be written out."""
    for order, strip in ((1, str.lstrip), (-1, str.rstrip)):
        kept = part[::order]
        for index, token in enumerate(kept):
            if token.type.endswith("break"):
                kept[index] = replace(token, type="text", content="")
            elif token.type == "text":
                kept[index] = replace(token, content=strip(token.content))
                if kept[index].content:
                    break
            elif not token.nesting or token.type.startswith("link"):
                break
        part = kept[::order]
    return part if any(token.content or token.children for token in part) else []
