"""Markdown as an answer carries it, made fit for Slack, Teams and the web page.

An answer may quote what tools and strangers wrote, so what could act in the place where it is shown
is neutralised here: mentions that ring, markup, addresses other than http(s) and mailto.
"""

import re

import nh3
from markdown_it import MarkdownIt
from slackify_markdown import slackify_markdown

# In Slack's text only an address may follow "<"; everything else there is a mention or a command
# (https://docs.slack.dev/messaging/formatting-message-text#escaping).
_SLACK_ACTS = re.compile(r"<(?!(?:https?://|mailto:)[^>\s]+>)")
_TEAMS_ACTS = re.compile(r"<(?=/?[a-zA-Z!])")
_BREAKS = ("\n\n", "\n", ". ", " ")
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
_TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol",
    "p", "pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


def html(markdown: str) -> str:
    """Markdown as HTML with a short list of tags, links that open elsewhere and no images."""
    return nh3.clean(
        _MARKDOWN.render(markdown),
        tags=_TAGS,
        attributes={"a": {"href", "target"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def slack_mrkdwn(markdown: str) -> str:
    """Markdown as Slack's mrkdwn, in which nobody is mentioned and nothing is commanded."""
    return _SLACK_ACTS.sub("&lt;", slackify_markdown(markdown)).strip()


def teams_markdown(markdown: str) -> str:
    """Markdown as Teams reads it, without HTML: ``<at>`` would mention people."""
    return _TEAMS_ACTS.sub("&lt;", markdown).strip()


def split(text: str, limit: int) -> list[str]:
    """``text`` in pieces of at most ``limit`` characters, cut where a reader would pause.

    :raises ValueError: when ``limit`` is not positive.
    """
    if limit < 1:
        raise ValueError("a piece has at least one character")
    pieces = []
    while len(text) > limit:
        cut = next((end for end in (_last(text, mark, limit) for mark in _BREAKS) if end), limit)
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [piece for piece in (*pieces, text) if piece]


def _last(text: str, mark: str, limit: int) -> int:
    """The end of the last ``mark`` in the latter half of the piece, 0 where there is none."""
    found = text.rfind(mark, limit // 2, limit)
    return found + len(mark) if found >= 0 else 0
