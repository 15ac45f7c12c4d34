"""An answer in which nothing acts, whatever tools and strangers have written into it.

What could act in the place where it is shown is neutralised in the parse tree: images, addresses
other than of the web and of mailboxes, links that name another place than they lead to, and signs
that hide text or turn its direction. Code is shown to the letter. How the tree is then written is
each platform's own.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from markdown_it.token import Token

from bots.answer.markdown.link_target import followable, says_where_it_leads
from bots.answer.markdown.parse_tree import parsed, plain_text

# Tag characters spell what only a machine reads; the directional ones turn what follows, so that
# `fdp.exe` looks like `exe.pdf`, in code as well
# (https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing, https://trojansource.codes).
_DECEIVING = re.compile("[\U000e0000-\U000e007f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u200b\ufeff\u00ad\u180e\u2060-\u2064\u206a-\u206f\ufff9-\ufffb]")
_LANGUAGE = re.compile(r"[\w+#.-]+")
_LONGEST = 200
"""Characters of an address that is shown as text because it can't be followed."""


def harmless(markdown: str, parse: Callable[[str], list[Token]] = parsed) -> list[Token]:
    """The tokens of ``markdown`` with nothing in them that acts.

    :param parse: what knows more than :func:`parsed`, for a place that shows more.
    """
    tokens = parse(markdown)
    for token in tokens:
        if token.type == "inline":
            token.children = _joined(_harmless(token.children or []))
        else:
            token.content = _DECEIVING.sub("", token.content)
            language = _LANGUAGE.match(token.info)
            token.info = language[0] if language else ""
    return tokens


def _harmless(children: Sequence[Token]) -> list[Token]:
    shown, rest = list[Token](), deque(children)
    while rest:
        token = rest.popleft()
        if token.type == "link_open":
            inside = _up_to_its_end(rest)
            shown += _link(str(token.attrs.get("href", "")), inside)
        elif token.type == "image":
            shown += _link(str(token.attrs.get("src", "")), token.children or [])
        else:
            shown.append(_clean(token))
    return shown


def _up_to_its_end(rest: deque[Token]) -> list[Token]:
    """Take what a link encloses, and its end, from the beginning of ``rest``."""
    inside, depth = list[Token](), 1
    while rest:
        token = rest.popleft()
        depth += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if depth == 0:
            break
        inside.append(token)
    return inside


def _link(address: str, children: Sequence[Token]) -> list[Token]:
    """A link as what it is: with its words, with its address instead of them, or as mere text."""
    words = list(_words(children))
    target = followable(address)
    if target is None:
        shown = address if len(address) <= _LONGEST else f"{address[:_LONGEST]}…"
        return [*words, _text(f" ({shown})" if words else shown)] if address else words
    if not plain_text(words).strip() or not says_where_it_leads(plain_text(words), target):
        words = [_text(target.removeprefix("mailto:"))]
    return [Token("link_open", "a", 1, {"href": target}), *words, Token("link_close", "a", -1)]


def _words(children: Iterable[Token]) -> Iterable[Token]:
    """What a link's text shows: no links in it, and what an image says instead of the image."""
    for child in children:
        if child.type == "image":
            yield from _words(child.children or [])
        elif child.type not in {"link_open", "link_close"}:
            yield _clean(child)


def _clean(token: Token) -> Token:
    token.content = _DECEIVING.sub("", token.content)
    if token.type == "text":
        token.content = _INVISIBLE.sub("", token.content)
    return token


def _joined(children: Sequence[Token]) -> list[Token]:
    """``children`` with neighbouring texts as one, so that what they spell together is seen."""
    joined = list[Token]()
    for child in children:
        if child.type == "text" and joined and joined[-1].type == "text":
            joined[-1].content += child.content
        else:
            joined.append(child)
    return joined


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
