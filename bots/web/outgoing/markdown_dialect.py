"""What the page shows of Markdown: more than a chat does, and each line that was written as one."""

from collections.abc import MutableMapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.texmath import texmath_plugin

from bots.web.outgoing.highlighted_code import code_block
from bots.web.outgoing.mathematics import formula


def _code(
    self: RendererProtocol,
    tokens: Sequence[Token],
    place: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    del self, options, env
    return code_block(tokens[place].content, tokens[place].info)


def _formula(
    self: RendererProtocol,
    tokens: Sequence[Token],
    place: int,
    options: OptionsDict,
    env: MutableMapping[str, Any],
) -> str:
    del self, options, env
    token = tokens[place]
    block = token.type != "math_inline"
    drawn = formula(token.content.strip(), block=block, dollars=token.markup.startswith("$"))
    return f"<p>{drawn}</p>\n" if block else drawn


def _parser() -> MarkdownIt:
    r"""CommonMark with GitHub's tables, strike-through and bare addresses, and with formulas.

    A formula stands between dollars, or between ``\(`` and ``\)``, ``\[`` and ``\]``, as models
    write them. An address is one where it has its scheme: ``notes.md`` is a file.
    """
    parser = MarkdownIt("commonmark", {"html": False, "linkify": True, "breaks": True})
    parser.enable(["table", "strikethrough", "linkify"])
    if parser.linkify:
        parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
    parser.use(texmath_plugin, "brackets")
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, allow_labels=False)
    for kind in ("fence", "code_block"):
        parser.add_render_rule(kind, _code)
    for kind in ("math_inline", "math_block", "math_block_eqno"):
        parser.add_render_rule(kind, _formula)
    return parser


PARSER = _parser()
