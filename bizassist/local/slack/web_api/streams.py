"""``chat.startStream`` and its sisters: a message that grows for five minutes."""

import time
from typing import Any

from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.web_api.arguments import Arguments
from bizassist.local.slack.web_api.chat import MAX_MARKDOWN_TEXT
from bizassist.local.slack.workspace import BOT_USER, GENERAL, STREAM_SECONDS, Message, Workspace


def start(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``chat.startStream``: always a reply; in a channel it names whom it is for."""
    channel, thread = given.required("channel"), given.required("thread_ts")
    if channel == GENERAL:
        for name in ("recipient_user_id", "recipient_team_id"):
            if not given.optional(name):
                raise SlackError(f"missing_{name}")
    text = _markdown(given)
    message = workspace.post(
        channel, BOT_USER, "", thread_ts=thread, streaming_since=time.monotonic()
    )
    _append(message, text)
    return {"channel": channel, "ts": message.ts}


def append(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``chat.appendStream``: ``markdown_text`` is added to what is there."""
    message = _open(workspace, given)
    text = _markdown(given)
    if not text:
        raise SlackError("no_text")
    _append(message, text)
    return {"channel": message.channel, "ts": message.ts}


def stop(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``chat.stopStream``: its ``markdown_text`` is added too, so a whole text shows twice."""
    message = _open(workspace, given)
    _append(message, _markdown(given))
    message.blocks += given.blocks()
    message.metadata = given.metadata() or message.metadata
    message.streaming_since = None
    return {"channel": message.channel, "ts": message.ts}


def _open(workspace: Workspace, given: Arguments) -> Message:
    message = workspace.own_message(
        given.required("channel"), given.required("ts"), "message_not_owned_by_app"
    )
    since = message.streaming_since
    if since is None or time.monotonic() - since > STREAM_SECONDS:
        raise SlackError("message_not_in_streaming_state")
    return message


def _markdown(given: Arguments) -> str:
    text = given.optional("markdown_text")
    if len(text) > MAX_MARKDOWN_TEXT:
        raise SlackError("msg_too_long")
    return text


def _append(message: Message, text: str) -> None:
    message.text += text
    message.blocks = [{"type": "markdown", "text": message.text}] if message.text else []
