"""Code of an answer with its words marked by classes, which the page's style sheet colours."""

import re
from html import escape

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES

LANGUAGES = {
    "bash", "c", "cpp", "cs", "csharp", "css", "diff", "docker", "dockerfile", "go", "graphql",
    "hcl", "html", "ini", "java", "javascript", "js", "json", "kotlin", "kt", "make", "makefile",
    "php", "powershell", "ps1", "py", "python", "r", "rb", "rs", "ruby", "rust", "sh", "shell",
    "sql", "swift", "terraform", "tf", "toml", "ts", "typescript", "xml", "yaml", "yml", "zsh",
}  # fmt: skip
"""What is coloured. Pygments knows hundreds more, some of which take very long over odd text."""
WORD_CLASSES = frozenset(filter(None, STANDARD_TYPES.values()))
"""Every class that a word may have (https://pygments.org/docs/tokens/)."""
_PLAIN = re.compile(r'<span class="(?:n|nx|o|p|w)">([^<]*)</span>')
"""Names, signs and spaces, which keep the colour of text: most of what there is to send."""


def code_block(code: str, language: str) -> str:
    """Code as HTML, below the name of its language and a button that copies it.

    :param language: as its author names it; it is never guessed. Empty where it isn't said.
    """
    copy = '<button type="button" class="copy-code">Copy</button>'
    bar = f'<div class="code-bar"><span>{escape(language) or "text"}</span>{copy}</div>'
    body = f'<pre tabindex="0"><code>{_highlighted(code, language.lower())}</code></pre>'
    return f'<div class="code">{bar}{body}</div>\n'


def _highlighted(code: str, language: str) -> str:
    if language not in LANGUAGES:
        return escape(code)
    lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
    return _PLAIN.sub(r"\1", highlight(code, lexer, HtmlFormatter(nowrap=True)))
