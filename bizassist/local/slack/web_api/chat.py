"""``chat.*``: posting, whispering, editing and deleting messages, with Slack's limits."""

from typing import Any

from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.web_api.arguments import Arguments
from bizassist.local.slack.workspace import (
    BOT,
    BOT_USER,
    PEOPLE,
    TEAM,
    Block,
    Message,
    Workspace,
)

MAX_TEXT = 40_000
# Slack documents 40,000 for an edit too, but refuses it from 4,000 on (ChatGPT-in-Slack#102).
MAX_UPDATED_TEXT = 4_000
MAX_MARKDOWN_TEXT = 12_000


def post_message(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``chat.postMessage``; a person's id stands for their direct messages."""
    channel = given.required("channel")
    channel = PEOPLE[channel].dm if channel in PEOPLE else channel
    text, blocks = body(given, MAX_TEXT)
    message = workspace.post(
        channel,
        BOT_USER,
        text,
        blocks=blocks,
        thread_ts=given.optional("thread_ts") or None,
        metadata=given.metadata(),
    )
    return {"channel": channel, "ts": message.ts, "message": payload(message, metadata=True)}


def post_ephemeral(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``chat.postEphemeral``."""
    channel, user = given.required("channel"), given.required("user")
    text, blocks = body(given, MAX_TEXT)
    if user not in workspace.members(channel):
        raise SlackError("user_not_in_channel")
    message = workspace.post(
        channel,
        BOT_USER,
        text,
        blocks=blocks,
        only_for=user,
        thread_ts=given.optional("thread_ts") or None,
    )
    return {"message_ts": message.ts}


def update(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``chat.update``; blocks that are not sent again are gone, metadata stays."""
    channel, ts = given.required("channel"), given.required("ts")
    text, blocks = body(given, MAX_UPDATED_TEXT)
    message = workspace.own_message(channel, ts, "cant_update_message")
    if message.streaming_since is not None:
        raise SlackError("streaming_state_conflict")
    message.text, message.blocks, message.edited = text, blocks, True
    message.metadata = given.metadata() or message.metadata
    return {"channel": channel, "ts": ts, "text": text, "message": payload(message)}


def delete(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``chat.delete``."""
    channel, ts = given.required("channel"), given.required("ts")
    workspace.messages.remove(workspace.own_message(channel, ts, "cant_delete_message"))
    return {"channel": channel, "ts": ts}


def body(given: Arguments, limit: int) -> tuple[str, list[Block]]:
    """The text and blocks of a message.

    :raises SlackError: ``no_text``, ``msg_too_long``, ``markdown_text_conflict``.
    """
    text, markdown, blocks = given.optional("text"), given.optional("markdown_text"), given.blocks()
    if markdown and (text or blocks):
        raise SlackError("markdown_text_conflict")
    if len(text) > limit or len(markdown) > MAX_MARKDOWN_TEXT:
        raise SlackError("msg_too_long")
    if markdown:
        return markdown, [{"type": "markdown", "text": markdown}]
    if not text.strip() and not blocks:
        raise SlackError("no_text")
    return text, blocks


def payload(message: Message, *, metadata: bool = False) -> dict[str, Any]:
    """A message as Slack's answers and events show it."""
    shown: dict[str, Any] = {
        "type": "message",
        "ts": message.ts,
        "user": message.author,
        "team": TEAM,
        "text": message.text,
        "blocks": message.blocks,
    }
    if message.author == BOT_USER:
        shown["bot_id"] = BOT
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    if metadata and message.metadata:
        shown["metadata"] = message.metadata
    return shown
