"""What a person types, as Slack stores it: its markup, and the rich text beside it."""

import re
import secrets
from collections.abc import Iterator

from bizassist.local.slack.people import PEOPLE
from bizassist.local.slack.workspace import BOT_NAME, BOT_USER, Block

_URL = re.compile(r"https?://[^\s<>|]+")
_MENTION = re.compile(r"@(\w+)")
_MARKED = re.compile(r"<(@[^<>|]+|https?://[^<>|]+)>")


def typed(text: str) -> str:
    """``text``, escaped, with mentions and addresses marked up."""
    ids = {one.name: one.id for one in PEOPLE.values()} | {BOT_NAME.lower(): BOT_USER}

    def mention(found: re.Match[str]) -> str:
        known = ids.get(found[1].lower())
        return f"<@{known}>" if known else found[0]

    return _MENTION.sub(mention, _URL.sub(r"<\g<0>>", escaped(text)))


def escaped(text: str) -> str:
    """``text`` with Slack's three entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def rich_text(stored: str) -> list[Block]:
    """The ``rich_text`` block that goes with a stored text; none for an empty one."""
    section = {"type": "rich_text_section", "elements": list(_elements(stored))}
    block = {"type": "rich_text", "block_id": secrets.token_hex(3), "elements": [section]}
    return [block] if stored else []


def _elements(stored: str) -> Iterator[Block]:
    # Odd pieces of a split are what the pattern has caught.
    for index, piece in enumerate(_MARKED.split(stored)):
        if not piece:
            continue
        if index % 2 == 0:
            yield {"type": "text", "text": _read(piece)}
        elif piece.startswith("@"):
            yield {"type": "user", "user_id": piece[1:]}
        else:
            yield {"type": "link", "url": _read(piece)}


def _read(escaped_text: str) -> str:
    return escaped_text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
