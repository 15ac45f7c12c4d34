"""Markdown as an answer carries it, made fit for Slack, Teams and the web page.

An answer may quote what tools and strangers wrote, so what could act in the place where it is shown
is neutralised here: mentions that ring, markup, addresses other than http(s) and mailto, links that
name another place than they lead to, and signs that hide text or turn its direction.
"""

import re

import nh3
from markdown_it import MarkdownIt
from slackify_markdown import slackify_markdown

# In Slack's text only an address may follow "<"; everything else there is a mention or a command
# (https://docs.slack.dev/messaging/formatting-message-text#escaping).
_SLACK_ACTS = re.compile(r"<(?!(?:https?://|mailto:)[^>\s]+>)")
# Teams would mention people for HTML, fetch images from strangers, and follow any address.
_TEAMS_ACTS = (
    (re.compile(r"<(?=/?[a-zA-Z!])"), "&lt;"),
    (re.compile(r"!(?=\[)"), ""),
    (re.compile(r"\]\((?!\s*(?:https?://|mailto:))", re.IGNORECASE), "] ("),
    (re.compile(r"^(\s{0,3})\[(?=[^\]]+\]:)", re.MULTILINE), r"\1\\["),
)
# Tag characters spell what only a machine reads; the others turn the direction of what follows,
# so that `fdp.exe` looks like `exe.pdf` (https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing).
_HIDING = re.compile("[\U000e0000-\U000e007f\u202a-\u202e\u2066-\u2069\u200b\ufeff]")
_LINK = re.compile(
    r"(?<!\\)\[([^\[\]\\]*)\]\(\s*(https?://([^\s/?#()<>]+)[^\s()<>]*)[^()]*\)", re.IGNORECASE
)
_PLACE = re.compile(r"(?<![\w@.-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w.-]*\w)", re.IGNORECASE)
LONGEST_FENCE = 20
# What cutting a code block adds: its end to this piece, its beginning to the next.
ROOM = LONGEST_FENCE + 5
_BREAKS = ("\n\n", "\n", ". ", " ")
_MARKDOWN = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
_TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol",
    "p", "pre", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


def without_spoofing(markdown: str) -> str:
    """``markdown`` in which nothing is hidden, and a link that names a place names its own."""
    return _LINK.sub(_as_it_leads, _HIDING.sub("", markdown))


def _as_it_leads(link: re.Match[str]) -> str:
    text, address, host = link.groups()
    named = {place.lower() for place in _PLACE.findall(text)}
    leads = host.rpartition("@")[2].partition(":")[0].lower()
    honest = all(leads == place or leads.endswith(f".{place}") for place in named)
    return link[0] if honest else f"[{address}]({address})"


def html(markdown: str) -> str:
    """Markdown as HTML with a short list of tags, links that open elsewhere and no images."""
    return nh3.clean(
        _MARKDOWN.render(without_spoofing(markdown)),
        tags=_TAGS,
        attributes={"a": {"href", "target"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def slack_mrkdwn(markdown: str) -> str:
    """Markdown as Slack's mrkdwn, in which nobody is mentioned and nothing is commanded."""
    return _SLACK_ACTS.sub("&lt;", slackify_markdown(without_spoofing(markdown))).strip()


def teams_markdown(markdown: str) -> str:
    """Markdown as Teams reads it, without HTML, images, and addresses that aren't web or mail."""
    markdown = without_spoofing(markdown)
    for acts, harmless in _TEAMS_ACTS:
        markdown = acts.sub(harmless, markdown)
    return markdown.strip()


def split(text: str, limit: int) -> list[str]:
    """``text`` in pieces of at most ``limit`` characters, cut where a reader would pause.

    A code block that is cut ends in its piece and begins again in the next one.

    :raises ValueError: when ``limit`` leaves no room for a piece.
    """
    if limit <= ROOM:
        raise ValueError(f"a piece has more than {ROOM} characters")
    pieces = []
    while len(text) > limit:
        room = limit - ROOM
        cut = next((end for end in (_last(text, mark, room) for mark in _BREAKS) if end), room)
        piece, text = text[:cut].rstrip(), text[cut:].lstrip("\n ")
        if fence := _open_fence(piece):
            piece, text = f"{piece}\n```", f"{fence}\n{text}"
        pieces.append(piece)
    return [piece for piece in (*pieces, text) if piece]


def _open_fence(piece: str) -> str:
    """The line that opened a code block which ``piece`` doesn't close, empty where none is open."""
    fences = [line for line in piece.splitlines() if line.startswith("```")]
    return fences[-1][:LONGEST_FENCE] if len(fences) % 2 else ""


def _last(text: str, mark: str, limit: int) -> int:
    """The end of the last ``mark`` in the latter half of the piece, 0 where there is none."""
    found = text.rfind(mark, limit // 2, limit)
    return found + len(mark) if found >= 0 else 0
