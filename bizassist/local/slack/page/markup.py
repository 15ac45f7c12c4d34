"""Slack's mrkdwn and Markdown as HTML and as plain text, and the sequences in them that act."""

import html
import re

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

from bizassist.local.slack.people import PEOPLE
from bizassist.local.slack.workspace import BOT_NAME, BOT_USER, GENERAL

# What Slack turns into a notification, a mention or a labelled link.
_TOKEN = re.compile(r"<([@#!][^<>\s]*|(?:https?://|mailto:)[^<>|\s]*(?:\|[^<>]*)?)>")
_CODE = re.compile(r"```(.+?)```|`([^`\n]+)`", re.DOTALL)
_STYLES = (
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"), r"<strong>\1</strong>"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"), r"<em>\1</em>"),
    (re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"), r"<s>\1</s>"),
)
_QUOTE = re.compile(r"(?:^&gt; ?.*(?:\n|$))+", re.MULTILINE)
_HELD = re.compile("\ue000(\\d+)\ue001")  # private-use characters: nobody types them
_SEQUENCE = "html_inline"
"""Nothing else becomes such a token: HTML is off."""
_TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol",
    "p", "pre", "s", "span", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


def acting(text: str) -> list[str]:
    """The sequences of ``text`` that mention somebody or hide an address behind a label."""
    return [found[1] for found in _TOKEN.finditer(text) if _acts(found[1])]


def acting_in_markdown(text: str) -> list[str]:
    """The same of a markdown block, where code is code."""
    children = [child for token in _MARKDOWN.parse(text) for child in token.children or []]
    return [child.info for child in children if child.type == _SEQUENCE and _acts(child.info)]


def mrkdwn(text: str) -> str:
    """Slack's own markup as HTML."""
    held: list[str] = []

    def hold(fragment: str) -> str:
        held.append(fragment)
        return f"\ue000{len(held) - 1}\ue001"

    text = _CODE.sub(lambda found: hold(_code(found)), text)
    text = _TOKEN.sub(lambda found: hold(_token(found[1])), text)
    text = html.escape(html.unescape(text), quote=False)
    for pattern, replacement in _STYLES:
        text = pattern.sub(replacement, text)
    text = _QUOTE.sub(lambda found: _quote(found[0]), text)
    return _clean(_put_back(text.replace("\n", "<br>"), held))


def markdown(text: str) -> str:
    """A markdown block as HTML; Slack's sequences act in it too."""
    return _clean(_MARKDOWN.render(text))


def plain(rendered: str) -> str:
    """What a person reads of some HTML."""
    broken = re.sub(r"<br>|</(?:p|li|h\d|tr|pre|blockquote)>\n?", "\n", rendered)
    return html.unescape(re.sub(r"<[^>]+>", "", broken)).strip()


def _acts(inside: str) -> bool:
    return inside[0] in "@#!" or "|" in inside


def _sequence(state: StateInline, silent: bool) -> bool:
    """Read a sequence outside of code; nobody says that a backslash keeps one from acting."""
    found = _TOKEN.match(state.src, state.pos + state.src.startswith("\\", state.pos))
    if not found:
        return False
    if not silent:
        token = state.push(_SEQUENCE, "", 0)
        token.info, token.content = found[1], _token(found[1])
    state.pos = found.end()
    return True


def _markdown_with_sequences() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True})
    markdown.enable(["table", "strikethrough"]).inline.ruler.before("escape", "slack", _sequence)
    return markdown


def _put_back(text: str, held: list[str]) -> str:
    return _HELD.sub(lambda found: held[int(found[1])] if int(found[1]) < len(held) else "", text)


def _code(found: re.Match[str]) -> str:
    block, inline = found[1], found[2]
    body = html.escape(html.unescape(block or inline), quote=False)
    return f"<pre>{body.strip()}</pre>" if block else f"<code>{body}</code>"


def _quote(lines: str) -> str:
    bare = "\n".join(re.sub(r"^&gt; ?", "", line) for line in lines.rstrip("\n").split("\n"))
    return f"<blockquote>{bare}</blockquote>"


def _token(inside: str) -> str:
    target, _, label = inside.partition("|")
    if inside[0] in "@#!":
        return f'<span class="mention">{html.escape(_name(target, label))}</span>'
    shown = label or target.removeprefix("mailto:")
    return f'<a href="{html.escape(html.unescape(target))}">{html.escape(html.unescape(shown))}</a>'


def _name(target: str, label: str) -> str:
    names = {one.id: one.name for one in PEOPLE.values()} | {BOT_USER: BOT_NAME, GENERAL: "general"}
    sign, known = target[0].replace("!", "@"), names.get(target[1:])
    return label or f"{sign}{known or target[1:]}"


def _clean(rendered: str) -> str:
    return nh3.clean(
        rendered,
        tags=_TAGS,
        attributes={"a": {"href", "target"}, "span": {"class"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


_MARKDOWN = _markdown_with_sequences()
