"""One workspace in memory: its channels, and every message with who may see it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bizassist.local.slack.channels import Channel
from bizassist.local.slack.clock import Clock
from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.people import OTHER_BOT, OTHERS, PEOPLE, VISITOR
from bizassist.local.slack.surfaces import Surfaces
from bizassist.local.slack.team import NORTHWIND, Team

APP, BOT, BOT_USER, BOT_NAME = "A0BIZASSIST", "B0BIZASSIST", "U0BIZASSIST", "BizAssist"
GENERAL, PARTNERS = "C0GENERAL00", "C0PARTNERS0"
# No page names it; people measured about five minutes
# (https://github.com/slackapi/python-slack-sdk/issues/1859).
STREAM_SECONDS = 300.0

Block = dict[str, Any]


@dataclass(slots=True)
class Message:
    """What is posted in a channel.

    :param only_for: the one person who sees it (an ephemeral message).
    :param dropped: an ephemeral message that Slack accepted and shows to nobody.
    :param posted_at: the clock when it was posted.
    :param streaming_since: the clock when ``chat.startStream`` opened it; None for others, and
        when it was stopped.
    :param stream_mode: whether a stream is made of ``text`` or of ``chunks``; empty at first.
    """

    channel: str
    ts: str
    author: str
    text: str
    posted_at: float
    blocks: list[Block] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    only_for: str | None = None
    dropped: bool = False
    metadata: dict[str, Any] | None = None
    edited: bool = False
    team: Team = NORTHWIND
    reactions: set[str] = field(default_factory=set)
    streaming_since: float | None = None
    stream_mode: str = ""

    @property
    def root(self) -> str:
        """The timestamp of the thread's first message, or its own."""
        return self.thread_ts or self.ts


@dataclass(slots=True)
class Session:
    """An agent's session in a thread (https://docs.slack.dev/ai/agent-sessions)."""

    title: str = ""
    status: str = "active"


class Workspace:
    """The state that everything else here reads and changes.

    :ivar team: which workspace it is.
    :ivar edit_window: seconds for which messages can be edited; None for always.
    :ivar quiet_threads_drop_ephemerals: "Ephemeral messages in threads are only shown if there is
        already an active thread" (chat.postEphemeral, its ``thread_ts``).
    :ivar files: the contents of shared files by their ids.
    :ivar files_read: the app has the scope ``files:read``.
    :ivar deactivated: people whose accounts an administrator of the workspace has closed.
    """

    def __init__(self, team: Team = NORTHWIND, clock: Clock | None = None) -> None:
        self.team = team
        self.clock = clock or Clock()
        self.messages: list[Message] = []
        self.statuses: dict[tuple[str, str], str] = {}
        self.sessions: dict[tuple[str, str], Session] = {}
        self.channels = {channel.id: channel for channel in _channels(team)}
        self.edit_window: float | None = None
        self.quiet_threads_drop_ephemerals = False
        self.files: dict[str, bytes] = {}
        self.files_read = True
        self.deactivated: set[str] = set()
        self.surfaces = Surfaces(self.clock)
        self._last_ts = 0.0

    def channel(self, channel: str) -> Channel:
        """A channel by its id.

        :raises SlackError: ``channel_not_found``.
        """
        if channel not in self.channels:
            raise SlackError("channel_not_found")
        return self.channels[channel]

    def is_ext_shared(self, channel: str) -> bool:
        """Whether somebody of another workspace is in a channel (Slack Connect).

        :raises SlackError: ``channel_not_found``.
        """
        members = self.channel(channel).members
        return any(OTHERS[member].team for member in members if member in OTHERS)

    def post(self, channel: str, author: str, text: str, **fields: Any) -> Message:
        """Add a message.

        :raises SlackError: ``channel_not_found``, ``thread_not_found``.
        """
        self.channel(channel)
        thread_ts = fields.get("thread_ts")
        if thread_ts and not any(m.ts == thread_ts for m in self._public(channel)):
            raise SlackError("thread_not_found")
        message = Message(
            channel, self._next_ts(), author, text, self.clock.now(), team=self.team, **fields
        )
        self.messages.append(message)
        return message

    def post_as_app(self, channel: str, text: str, **fields: Any) -> Message:
        """Add a message of the assistant's, where it may.

        :raises SlackError: as :meth:`post`, and as :meth:`Channel.check_post`.
        """
        self.channel(channel).check_post(reply=bool(fields.get("thread_ts")))
        return self.post(channel, BOT_USER, text, **fields)

    def message(self, channel: str, ts: str) -> Message:
        """A message that is not ephemeral: those have no address.

        :raises SlackError: ``channel_not_found``, ``message_not_found``.
        """
        self.channel(channel)
        for message in self._public(channel):
            if message.ts == ts:
                return message
        raise SlackError("message_not_found")

    def own_message(self, channel: str, ts: str, error: str) -> Message:
        """A message of the assistant's.

        :raises SlackError: ``error`` when it is somebody else's.
        """
        message = self.message(channel, ts)
        if message.author != BOT_USER:
            raise SlackError(error)
        return message

    def is_streaming(self, message: Message) -> bool:
        """It is an open stream: neither stopped nor ended by Slack itself."""
        since = message.streaming_since
        return since is not None and self.clock.now() - since < STREAM_SECONDS

    def history(self, channel: str) -> list[Message]:
        """A channel without its threads' replies, oldest first."""
        return [m for m in self._public(channel) if not m.thread_ts or m.thread_ts == m.ts]

    def thread(self, channel: str, ts: str) -> list[Message]:
        """A thread, its first message first.

        :raises SlackError: ``thread_not_found``.
        """
        found = [m for m in self._public(channel) if m.root == ts]
        if not found or found[0].ts != ts:
            raise SlackError("thread_not_found")
        return found

    def seen_by(self, user: str, channel: str) -> list[Message]:
        """What one person sees in a channel, oldest first.

        :raises SlackError: ``not_in_channel``.
        """
        if user not in self.channel(channel).members:
            raise SlackError("not_in_channel")
        return [
            m
            for m in self.messages
            if m.channel == channel and m.only_for in {None, user} and not m.dropped
        ]

    def _public(self, channel: str) -> Iterator[Message]:
        return (m for m in self.messages if m.channel == channel and m.only_for is None)

    def _next_ts(self) -> str:
        # No two messages share a timestamp: it is their id.
        self._last_ts = max(time.time(), self._last_ts + 0.000_01)
        return f"{self._last_ts:.6f}"


def _channels(team: Team) -> Iterator[Channel]:
    yield Channel(GENERAL, "general", {*PEOPLE, BOT_USER, OTHER_BOT}, team)
    yield Channel(PARTNERS, "partners", {*PEOPLE, BOT_USER, VISITOR}, team)
    for person in PEOPLE.values():
        yield Channel(person.dm, "directmessage", {person.id, BOT_USER}, team, owner=person.id)
