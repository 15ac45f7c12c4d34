"""An answer's Markdown as Teams reads it, with nothing in it that acts."""

import re
from collections.abc import Sequence
from types import MappingProxyType

from markdown_it.token import Token
from mdformat.renderer import RenderContext, RenderTreeNode

from bots.answer.markdown.neutralise import harmless
from bots.answer.markdown.writing import written

# Teams would mention people for HTML.
_ACTS = re.compile(r"\\<")
_BREAK = "\ufdd0"
"""Stands for the spaces of a line break until the writer has cut those at the ends of lines."""


def teams_markdown(markdown: str) -> str:
    """Markdown without HTML, images, and addresses that aren't of the web or of a mailbox.

    A line of it is a line in Teams, which shows a bare line break as a space.
    """
    return teams_markdown_of(harmless(markdown))


def teams_markdown_of(tokens: Sequence[Token]) -> str:
    """Tokens in which nothing acts, written as Teams reads them."""
    shown = written(tokens, escape=_escaped, renderers=_RENDERERS)
    return shown.replace(f"{_BREAK}\n", "  \n").replace(_BREAK, "")


def _escaped(text: str) -> str:
    return _ACTS.sub("&lt;", text.replace(_BREAK, ""))


def _line_break(node: RenderTreeNode, context: RenderContext) -> str:
    del context
    heading = node.parent and node.parent.parent and node.parent.parent.type == "heading"
    return " " if heading else f"{_BREAK}\n"


_RENDERERS = MappingProxyType({"softbreak": _line_break, "hardbreak": _line_break})
