"""``chat.*``: posting, whispering, editing and deleting messages, with Slack's limits."""

from typing import Any

from bizassist.local.slack.block_kit import blocks as block_kit
from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.people import PEOPLE, addressee
from bizassist.local.slack.web_api.arguments import Arguments
from bizassist.local.slack.workspace import BOT, BOT_USER, Block, Message, Workspace

# Characters; what is longer is cut, and the answer is a success with a warning
# (https://docs.slack.dev/changelog/2018-truncating-really-long-messages).
MAX_TEXT = 40_000
# Bytes of UTF-8: https://docs.slack.dev/reference/methods/chat.update says 4,000 characters, its
# answers say bytes (https://github.com/openclaw/openclaw/issues/115027: 4,000 bytes taken, 4,002
# refused, ASCII or not).
MAX_UPDATED_BYTES = 4_000
# Characters of ``markdown_text``: https://docs.slack.dev/reference/methods/chat.appendStream, and
# the pages of chat.postMessage, chat.startStream and chat.stopStream (compared on 2026-11-27).
MAX_MARKDOWN_TEXT = 12_000


def post_message(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``chat.postMessage``; a person's id stands for their direct messages."""
    channel = place(given.required("channel"))
    text, blocks = body(given)
    block_kit.check_size(blocks)
    message = workspace.post_as_app(
        channel,
        text[:MAX_TEXT],
        blocks=blocks,
        thread_ts=given.optional("thread_ts") or None,
        metadata=given.metadata(),
    )
    shown = {"channel": channel, "ts": message.ts, "message": payload(message, metadata=True)}
    return shown | _truncated() if len(text) > MAX_TEXT else shown


def post_ephemeral(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``chat.postEphemeral``."""
    channel, user = given.required("channel"), given.required("user")
    thread = given.optional("thread_ts") or None
    text, blocks = short_body(given)
    if user not in workspace.channel(channel).members:
        raise SlackError("user_not_in_channel")
    message = workspace.post_as_app(
        channel,
        text,
        blocks=blocks,
        only_for=user,
        thread_ts=thread,
        dropped=bool(thread) and _is_quiet(workspace, channel, str(thread)),
    )
    return {"message_ts": message.ts}


def update(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``chat.update``; blocks that are not sent again are gone, metadata stays."""
    channel, ts = given.required("channel"), given.required("ts")
    text, blocks = body(given)
    if not given.optional("markdown_text") and len(text.encode()) > MAX_UPDATED_BYTES:
        raise SlackError("msg_too_long")
    message = workspace.own_message(channel, ts, "cant_update_message")
    _check_editable(workspace, message)
    message.text, message.blocks, message.edited = text, blocks, True
    message.metadata = given.metadata() or message.metadata
    return {"channel": channel, "ts": ts, "text": text, "message": payload(message)}


def delete(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``chat.delete``."""
    channel, ts = given.required("channel"), given.required("ts")
    workspace.messages.remove(workspace.own_message(channel, ts, "cant_delete_message"))
    return {"channel": channel, "ts": ts}


def place(channel: str) -> str:
    """The channel that a person's id stands for, or the channel itself.

    :raises SlackError: ``cannot_dm_bot``, ``user_disabled``, ``channel_not_found``.
    """
    if channel in PEOPLE:
        return PEOPLE[channel].dm
    if channel.startswith("U"):
        try:
            return addressee(channel).dm
        except SlackError as error:
            # Of somebody whom it doesn't know, chat.postMessage says that there is no such channel.
            unknown = error.error == "user_not_found"
            raise SlackError("channel_not_found" if unknown else error.error) from None
    return channel


def body(given: Arguments) -> tuple[str, list[Block]]:
    """The text and blocks of a message.

    :raises SlackError: ``no_text``, ``msg_too_long``, ``markdown_text_conflict``.
    """
    text, markdown, blocks = given.optional("text"), given.optional("markdown_text"), given.blocks()
    if markdown and (text or blocks):
        raise SlackError("markdown_text_conflict")
    if len(markdown) > MAX_MARKDOWN_TEXT:
        raise SlackError("msg_too_long")
    if markdown:
        return markdown, [{"type": "markdown", "text": markdown}]
    if not text.strip() and not blocks:
        raise SlackError("no_text")
    return text, blocks


def short_body(given: Arguments) -> tuple[str, list[Block]]:
    """The same, where a text is refused rather than cut.

    :raises SlackError: as :func:`body`, and ``msg_too_long``.
    """
    text, blocks = body(given)
    if len(text) > MAX_TEXT:
        raise SlackError("msg_too_long")
    return text, blocks


def payload(message: Message, *, metadata: bool = False) -> dict[str, Any]:
    """A message as Slack's answers and events show it."""
    shown: dict[str, Any] = {
        "type": "message",
        "ts": message.ts,
        "user": message.author,
        "team": message.team.id,
        "text": message.text,
        "blocks": message.blocks,
    }
    if message.author == BOT_USER:
        shown["bot_id"] = BOT
    if message.files:
        shown["files"] = message.files
    if message.attachments:
        shown["attachments"] = message.attachments
    if message.thread_ts:
        shown["thread_ts"] = message.thread_ts
    if metadata and message.metadata:
        shown["metadata"] = message.metadata
    return shown


def _check_editable(workspace: Workspace, message: Message) -> None:
    channel = workspace.channel(message.channel)
    if channel.is_archived:
        raise SlackError("is_inactive")  # "within a frozen, archived or deleted channel"
    if not channel.has_app:
        raise SlackError("cant_update_message")
    if workspace.is_streaming(message):
        raise SlackError("streaming_state_conflict")
    window = workspace.edit_window
    if window is not None and workspace.clock.now() - message.posted_at >= window:
        raise SlackError("edit_window_closed")


def _is_quiet(workspace: Workspace, channel: str, thread: str) -> bool:
    """Nobody has answered in the thread, so that Slack shows no ephemeral message there."""
    if not workspace.quiet_threads_drop_ephemerals:
        return False
    return not any(
        m.channel == channel and m.thread_ts == thread and m.only_for is None and m.ts != thread
        for m in workspace.messages
    )


def _truncated() -> dict[str, Any]:
    warning = "message_truncated"
    return {"warning": warning, "response_metadata": {"warnings": [warning]}}
