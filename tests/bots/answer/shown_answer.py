"""What a person sees of an answer in each place: code, links, mentions and images, read apart."""

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bizassist.local.slack.page import markup
from bots.slack.outgoing.markdown_block import block_markdown
from bots.slack.outgoing.mrkdwn import slack_mrkdwn
from bots.teams.outgoing.markdown import teams_markdown
from tests.bots.web.whole_html import html


@dataclass(frozen=True)
class Seen:
    """What one place gets.

    :ivar acts: whatever else than showing text and code, and following a link, would happen.
    :ivar text: all of it, as it is sent there.
    """

    code: list[str]
    links: list[tuple[str, str]]
    acts: list[str]
    text: str


def seen_everywhere(markdown: str) -> dict[str, Seen]:
    """What is seen on the page, in Teams and in a markdown block of Slack."""
    block = block_markdown(markdown)
    return {
        "page": _on_the_page(html(markdown)),
        "teams": _in_markdown(teams_markdown(markdown), []),
        "slack": _in_markdown(block, markup.acting_in_markdown(block)),
    }


def seen_in_mrkdwn(markdown: str) -> tuple[str, list[tuple[str, str]], list[str]]:
    """Slack's mrkdwn as a person reads it, its links, and what acts in it besides."""
    text = slack_mrkdwn(markdown)
    sequences = re.findall(r"<([^>]*)>", text)
    links = [tuple(map(unescape, one.split("|", 1)[::-1])) for one in sequences if "|" in one]
    acts = [one for one in sequences if not re.match(r"(?:https?://|mailto:)[^|]+\|", one)]
    return unescape(text), links, acts  # type: ignore[return-value]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.code: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.acts: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.append(tag)
        if tag == "code":
            self.code.append("")
        elif tag == "a":
            self.links.append(("", dict(attrs)["href"] or ""))
        elif tag in {"img", "script", "style", "iframe", "svg", "form", "input", "object"}:
            self.acts.append(tag)
        self.acts += [name for name, _ in attrs if name.startswith("on") or name == "style"]

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "code" in self._open:
            self.code[-1] += data
        if "a" in self._open:
            text, address = self.links[-1]
            self.links[-1] = (text + data, address)


def _on_the_page(shown: str) -> Seen:
    page = _Page()
    page.feed(shown)
    return Seen(page.code, page.links, page.acts, shown)


def _in_markdown(shown: str, acts: list[str]) -> Seen:
    """By a parser that takes HTML and makes links of bare addresses' Markdown, as a chat may."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    flat = list(_flat(tokens.parse(shown)))
    code = [t.content for t in flat if t.type in {"fence", "code_block", "code_inline"}]
    acts = acts + [t.type for t in flat if t.type in {"image", "html_inline", "html_block"}]
    links, text, address = list[tuple[str, str]](), "", None
    for token in flat:
        if token.type == "link_open":
            text, address = "", str(token.attrs["href"])
        elif token.type == "link_close" and address is not None:
            links.append((text, address))
            address = None
        else:
            text += token.content
    return Seen(code, links, acts, shown)


def _flat(tokens: list[Token]) -> list[Token]:
    return [leaf for token in tokens for leaf in (token.children or [token])]
