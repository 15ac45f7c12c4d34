"""An answer's Markdown as one parse tree, which every platform's text is written from."""

from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def parsed(markdown: str) -> list[Token]:
    """The block tokens of ``markdown`` (CommonMark, with tables and strikethrough, without HTML).

    What is written inside of a block is in the ``children`` of its ``inline`` token
    (https://markdown-it-py.readthedocs.io/en/latest/architecture.html).
    """
    return PARSER.parse(markdown)


def siblings(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The parts of ``tokens`` that stand beside each other, each from its opening to its end."""
    depth, part = 0, list[Token]()
    for token in tokens:
        part.append(token)
        depth += token.nesting
        if depth == 0:
            yield part
            part = []


def plain_text(children: Sequence[Token]) -> str:
    """What a person reads of inline tokens."""
    return "".join(
        " " if child.type.endswith("break") else child.content or plain_text(child.children or [])
        for child in children
    )
