"""``chat.startStream`` and its sisters: a message that grows for five minutes."""

from typing import Any

from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.people import person
from bizassist.local.slack.web_api.arguments import Arguments
from bizassist.local.slack.web_api.chat import MAX_MARKDOWN_TEXT
from bizassist.local.slack.web_api.streaming import sessions
from bizassist.local.slack.web_api.streaming.stream_chunks import checked_chunks, grow, size
from bizassist.local.slack.workspace import Message, Workspace

# Bytes of UTF-8 of a streamed message with text in it: titles and text count once, what tasks tell
# twice. No page says it; 10,571 were taken and 10,821 refused
# (https://github.com/openclaw/openclaw/issues/143882).
MAX_STREAM = 10_600


def start(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``chat.startStream``: always a reply; in a channel it names whom it is for."""
    channel, thread = given.required("channel"), given.required("thread_ts")
    if not workspace.channel(channel).owner:
        for name in ("recipient_user_id", "recipient_team_id"):
            if not given.optional(name):
                raise SlackError(f"missing_{name}")
        person(given.required("recipient_user_id"))
    chunks = _chunks(given)
    message = workspace.post_as_app(
        channel, "", thread_ts=thread, streaming_since=workspace.clock.now()
    )
    _grow(message, given, chunks)
    return {"channel": channel, "ts": message.ts}


def append(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``chat.appendStream``: what is given is added to what is there."""
    message, chunks = _open(workspace, given), _chunks(given)
    if not chunks:
        raise SlackError("markdown_text_or_chunks_required")
    _grow(message, given, chunks)
    return {"channel": message.channel, "ts": message.ts}


def stop(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``chat.stopStream``: its text is added too, so a whole text shows twice."""
    message, chunks = _open(workspace, given), _chunks(given)
    blocks, metadata = given.blocks(), given.metadata()
    status = sessions.checked_status(given.optional("session_status") or "active")
    _grow(message, given, chunks)
    message.blocks += blocks
    message.metadata = metadata or message.metadata
    message.streaming_since = None
    sessions.move(workspace, message.channel, message.root, status)
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


def _chunks(given: Arguments) -> list[dict[str, Any]]:
    """What is given, text as a chunk too; not both (NousResearch/hermes-agent#104173)."""
    text, chunks = given.optional("markdown_text"), checked_chunks(given)
    if text and chunks:
        raise SlackError("cannot_provide_both_markdown_text_and_chunks")
    if len(text) > MAX_MARKDOWN_TEXT:
        raise SlackError("msg_too_long")
    return [{"type": "markdown_text", "text": text}] if text else chunks


def _grow(message: Message, given: Arguments, chunks: list[dict[str, Any]]) -> None:
    """Add to a message; what began with text goes on with text, and chunks with chunks."""
    if not chunks:
        return
    mode = "text" if given.optional("markdown_text") else "chunks"
    if (message.stream_mode or mode) != mode:
        raise SlackError("streaming_mode_mismatch")
    grown = grow(message.blocks, chunks)
    if size(grown) > MAX_STREAM:
        raise SlackError("msg_too_long")
    message.stream_mode, message.blocks = mode, grown
    message.text = "".join(b["text"] for b in grown if b["type"] == "markdown")
