"""An answer's Markdown as Slack's markdown block takes it, with nothing in it that acts."""

import re
from collections.abc import Sequence

from markdown_it.token import Token

from bots.answer.markdown.neutralise import harmless
from bots.answer.markdown.writing import written

# `<!channel>`, `<@U123>`, `<#C123>` and `<https://evil.example|your bank>` act in a markdown block
# outside of code, also behind a backslash; a bare comparison such as `a < b` does not.
_ACTS = re.compile(r"\\<(?=[@#!]|[a-zA-Z][a-zA-Z0-9+.-]*:|$)")
_COMPARES = re.compile(r"\\<(?![/?a-zA-Z])")
_WORD_JOINER = "\u2060"


def block_markdown(markdown: str) -> str:
    """Markdown that mentions nobody and hides no address behind a label in Slack."""
    return block_text(harmless(markdown))


def block_text(tokens: Sequence[Token]) -> str:
    """Harmless tokens (:func:`~bots.answer.markdown.neutralise.harmless`) written so."""
    return written(tokens, escape=_escaped)


def _escaped(text: str) -> str:
    return _COMPARES.sub("<", _ACTS.sub(f"<{_WORD_JOINER}", text))
