"""What a Slack message is made of, within Slack's limits and with nothing in it that acts."""

from collections.abc import Mapping
from typing import Any

from bots.answer.markdown.clipping import clipped, size
from bots.slack.incoming.button_click import FORGET, KEEP
from bots.slack.outgoing.markdown_block import block_markdown
from bots.slack.outgoing.mrkdwn import slack_mrkdwn
from bots.text_commands.execution import Told

Content = Mapping[str, Any]
"""The ``text`` and ``blocks`` of a message, as every way of posting one takes them."""

# Bytes of one piece of an answer: 12,000 characters of markdown blocks in one message, with room
# for what neutralising adds. Its text, which only notifications show, is cut.
PIECE = 11_000
UPDATE_TEXT = 4_000  # bytes of UTF-8 (https://github.com/openclaw/openclaw/issues/115027)
WHOLE = 12_000  # characters of the markdown blocks of one message
QUOTED = 300  # characters of a question that are repeated

STOP = "stop_turn"
"""The ``action_id`` of the button that ends a turn; its value is the turn."""

SIGN_IN = (
    "To answer as you, I need to know who you are. "
    "Please sign in once with your company account; I'll then answer your question right away."
)
UNCONFIRMED = "_In case you can't see my answer where you asked, here it is:_"
BY_DIRECT_MESSAGE = (
    "My answer is too long for this place. I'm sending it to you as a direct message."
)


def content(markdown: str) -> Content:
    """One piece of an answer; ``text`` is for notifications and for clients without blocks."""
    return {
        "text": clipped(slack_mrkdwn(markdown), UPDATE_TEXT),
        "blocks": [{"type": "markdown", "text": block_markdown(markdown)}],
    }


def whole_content(markdown: str) -> Content:
    """A whole answer, in a message that is never edited."""
    return {**content(markdown), "text": slack_mrkdwn(markdown)}


def plain_content(markdown: str) -> Content | None:
    """The same without a block, for when Slack doesn't take that; None where it doesn't fit."""
    text = slack_mrkdwn(markdown)
    return {"text": text} if size(text) <= UPDATE_TEXT else None


def fits_one_message(markdown: str) -> bool:
    """Whether one message that is never edited can carry all of an answer."""
    return len(block_markdown(markdown)) <= WHOLE


def sign_in(url: str, sentence: str = SIGN_IN) -> Content:
    """The private invitation to link, with the link as a button."""
    button = {
        "type": "button",
        "style": "primary",
        "action_id": "sign_in",
        "text": {"type": "plain_text", "text": "Sign in"},
        "url": url,
    }
    return {
        "text": sentence,
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": sentence}},
            {"type": "actions", "elements": [button]},
        ],
    }


def with_stop(message: Content, turn: str) -> Content:
    """The same with a button that ends the turn."""
    button = {"type": "button", "action_id": STOP, "text": _plain("Stop"), "value": turn}
    return {**message, "blocks": [*message["blocks"], {"type": "actions", "elements": [button]}]}


def told_content(told: Told) -> Content:
    """What somebody is told about a word, with the buttons that go with it."""
    if told.sign_in:
        return sign_in(told.sign_in, told.sentence)
    if not told.confirms_forgetting:
        return content(told.sentence)
    message = content(told.sentence)
    return {**message, "blocks": [*message["blocks"], _forget_or_keep()]}


def _forget_or_keep() -> dict[str, object]:
    buttons = (
        {"action_id": FORGET, "style": "danger", "text": _plain("Forget everything")},
        {"action_id": KEEP, "text": _plain("Keep it")},
    )
    return {"type": "actions", "elements": [{"type": "button", **one} for one in buttons]}


def _plain(text: str) -> dict[str, object]:
    return {"type": "plain_text", "text": text}


def question_line(question: str) -> Content:
    """The first private answer to a command, which Slack itself does not show once it is sent."""
    quoted = question if len(question) <= QUOTED else f"{question[:QUOTED]}…"
    return content("> " + " ".join(quoted.split()) + "\n\n_Looking into it…_")
