"""``chat.startStream`` and its sisters: a message that grows for five minutes."""

from typing import Any

from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.people import person
from bizassist.local.slack.web_api.arguments import Arguments
from bizassist.local.slack.web_api.chat import MAX_MARKDOWN_TEXT
from bizassist.local.slack.workspace import Message, Workspace

# Characters of one message's Markdown together
# (https://docs.slack.dev/reference/block-kit/blocks/markdown-block); no page says it of streams,
# whose appends are refused somewhere above 10,000 (openclaw/openclaw#143882).
MAX_STREAM = 12_000


def start(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``chat.startStream``: always a reply; in a channel it names whom it is for."""
    channel, thread = given.required("channel"), given.required("thread_ts")
    if not workspace.channel(channel).owner:
        for name in ("recipient_user_id", "recipient_team_id"):
            if not given.optional(name):
                raise SlackError(f"missing_{name}")
        person(given.required("recipient_user_id"))
    text = _markdown(given)
    message = workspace.post_as_app(
        channel, "", thread_ts=thread, streaming_since=workspace.clock.now()
    )
    _append(message, text)
    return {"channel": channel, "ts": message.ts}


def append(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``chat.appendStream``: ``markdown_text`` is added to what is there."""
    message = _open(workspace, given)
    text = _markdown(given, message)
    if not text:
        raise SlackError("markdown_text_or_chunks_required")
    _append(message, text)
    return {"channel": message.channel, "ts": message.ts}


def stop(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``chat.stopStream``: its ``markdown_text`` is added too, so a whole text shows twice."""
    message = _open(workspace, given)
    text, blocks, metadata = _markdown(given, message), given.blocks(), given.metadata()
    _append(message, text)
    message.blocks += blocks
    message.metadata = metadata or message.metadata
    message.streaming_since = None
    return {"channel": message.channel, "ts": message.ts}


def _open(workspace: Workspace, given: Arguments) -> Message:
    """The open stream that is meant.

    After its five minutes neither an append nor a stop is taken, and only ``chat.update`` reaches
    the message (python-slack-sdk#1880).
    """
    channel, ts = given.required("channel"), given.required("ts")
    message = workspace.own_message(channel, ts, "message_not_owned_by_app")
    if not workspace.is_streaming(message):
        raise SlackError("message_not_in_streaming_state")
    workspace.channel(channel).check_post(reply=True)
    return message


def _markdown(given: Arguments, message: Message | None = None) -> str:
    text = given.optional("markdown_text")
    already = len(message.text) if message else 0
    if len(text) > MAX_MARKDOWN_TEXT or already + len(text) > MAX_STREAM:
        raise SlackError("msg_too_long")
    return text


def _append(message: Message, text: str) -> None:
    message.text += text
    message.blocks = [{"type": "markdown", "text": message.text}] if message.text else []
