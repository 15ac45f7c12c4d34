"""An answer's Markdown in which nothing acts, whatever tools and strangers have written into it.

What could act in the place where it is shown is neutralised here: mentions that ring, markup,
addresses other than http(s) and mailto, links that name another place than they lead to, and signs
that hide text or turn its direction. How it is then written is each platform's own.
"""

import re

# In Slack's text only an address may follow "<"; everything else there is a mention or a command
# (https://docs.slack.dev/messaging/formatting-message-text#escaping).
_SLACK_ACTS = re.compile(r"<(?!(?:https?://|mailto:)[^>\s]+>)")
# `<!channel>`, `<@U123>`, `<#C123>` and `<https://evil.example|your bank>` act in a markdown block;
# a bare comparison such as `a < b` does not.
_SLACK_BLOCK_ACTS = re.compile(r"<(?=[@#!]|[a-zA-Z][a-zA-Z0-9+.-]*:)")
_AUTOLINK = re.compile(r"<(https?://[^\s<>|]+)>")
_IMAGE = re.compile(r"(?<!\\)!(?=\[)")
_WORD_JOINER = "\u2060"
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


def without_spoofing(markdown: str) -> str:
    """``markdown`` in which nothing is hidden, and a link that names a place names its own."""
    return _LINK.sub(_as_it_leads, _HIDING.sub("", markdown))


def without_slack_mentions(markdown: str) -> str:
    """Markdown whose angle brackets mention nobody and hide no address in Slack; no images."""
    plain = _IMAGE.sub("", _AUTOLINK.sub(r"\1", without_spoofing(markdown)))
    return _SLACK_BLOCK_ACTS.sub(f"<{_WORD_JOINER}", plain)


def escape_mrkdwn(mrkdwn: str) -> str:
    """Slack's mrkdwn in which nobody is mentioned and nothing is commanded."""
    return _SLACK_ACTS.sub("&lt;", mrkdwn)


def teams_markdown(markdown: str) -> str:
    """Markdown as Teams reads it, without HTML, images, and addresses that aren't web or mail."""
    markdown = without_spoofing(markdown)
    for acts, harmless in _TEAMS_ACTS:
        markdown = acts.sub(harmless, markdown)
    return markdown.strip()


def _as_it_leads(link: re.Match[str]) -> str:
    text, address, host = link.groups()
    named = {place.lower() for place in _PLACE.findall(text)}
    leads = host.rpartition("@")[2].partition(":")[0].lower()
    honest = all(leads == place or leads.endswith(f".{place}") for place in named)
    return link[0] if honest else f"[{address}]({address})"
