"""Sharing a private answer: the button, the form that shows what would be seen, and the post."""

from collections.abc import Iterator
from typing import Any

from bots.answer.markdown.splitting import split
from bots.slack.incoming.share_confirmation import SHARE
from bots.slack.outgoing.answer.final_blocks import text_blocks
from bots.slack.outgoing.message import QUOTED, Content, content
from bots.slack.outgoing.mrkdwn import slack_mrkdwn
from bots.slack.shareable_answers import ShareableAnswer

PREVIEW_PIECE = 2_000
"""Bytes of Markdown of one section, which takes 3,000 characters with what escaping adds."""

Block = dict[str, Any]


def share_button(turn: str) -> Block:
    """The button below a private answer."""
    button = {
        "type": "button",
        "action_id": SHARE,
        "text": _plain("Share to channel"),
        "value": turn,
    }
    return {"type": "actions", "elements": [button]}


def share_modal(turn: str, answer: ShareableAnswer) -> Block:
    """The confirmation: where it would be seen, and all of what would be."""
    return {
        "type": "modal",
        "callback_id": SHARE,
        "private_metadata": turn,
        "title": _plain("Share this answer?"),
        "submit": _plain("Share"),
        "close": _plain("Cancel"),
        "blocks": [
            _section(f"Everybody in <#{answer.channel}> will see this, with your name:"),
            {"type": "divider"},
            *_preview(answer),
        ],
    }


def refused_modal(sentence: str) -> Block:
    """Why it can't be shared."""
    return {
        "type": "modal",
        "title": _plain("Share this answer?"),
        "close": _plain("Close"),
        "blocks": [{"type": "section", "text": _plain(sentence)}],
    }


def shared_answer(user: str, answer: ShareableAnswer) -> Content:
    """The post in the channel."""
    text = {"type": "mrkdwn", "text": f"Shared by <@{user}>"}
    blocks = [{"type": "context", "elements": [text]}, *text_blocks(_whole(answer))]
    return {**content(_whole(answer)), "blocks": blocks}


def _preview(answer: ShareableAnswer) -> Iterator[Block]:
    for piece in split(_whole(answer), PREVIEW_PIECE):
        yield _section(slack_mrkdwn(piece))


def _whole(answer: ShareableAnswer) -> str:
    """Question and answer as they are seen."""
    words = " ".join(answer.question.split())
    quoted = words if len(words) <= QUOTED else f"{words[:QUOTED]}…"
    return f"> {quoted}\n\n{answer.markdown}"


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}
