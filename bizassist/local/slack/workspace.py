"""One workspace in memory: its people, its channels, and every message with who may see it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bizassist.local.slack.errors import SlackError

TEAM, TEAM_NAME, TEAM_DOMAIN = "T0NORTHWND", "Northwind Demo", "northwind-demo"
APP, BOT, BOT_USER, BOT_NAME = "A0BIZASSIST", "B0BIZASSIST", "U0BIZASSIST", "BizAssist"
SLACKBOT = "USLACKBOT"
GENERAL = "C0GENERAL00"
STREAM_SECONDS = 300.0

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """A sample person; ``dm`` is the channel of their direct messages with the assistant."""

    id: str
    name: str
    real_name: str
    dm: str


PEOPLE = {
    person.id: person
    for person in (
        Person("U0ALICE0000", "alice", "Alice Example", "D0ALICE0000"),
        Person("U0ADMIN0000", "admin", "Admin Example", "D0ADMIN0000"),
    )
}


@dataclass(slots=True)
class Message:
    """What is posted in a channel.

    :param only_for: the one person who sees it (an ephemeral message).
    :param streaming_since: when ``chat.startStream`` opened it; None for any other message.
    """

    channel: str
    ts: str
    author: str
    text: str
    blocks: list[Block] = field(default_factory=list)
    thread_ts: str | None = None
    only_for: str | None = None
    metadata: dict[str, Any] | None = None
    edited: bool = False
    reactions: set[str] = field(default_factory=set)
    streaming_since: float | None = None

    @property
    def root(self) -> str:
        """The timestamp of the thread's first message, or its own."""
        return self.thread_ts or self.ts


class Workspace:
    """The state that everything else here reads and changes."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.statuses: dict[tuple[str, str], str] = {}
        self._last_ts = 0.0

    def members(self, channel: str) -> set[str]:
        """Who is in a channel.

        :raises SlackError: ``channel_not_found``.
        """
        if channel == GENERAL:
            return {*PEOPLE, BOT_USER}
        for person in PEOPLE.values():
            if channel == person.dm:
                return {person.id, BOT_USER}
        raise SlackError("channel_not_found")

    def post(self, channel: str, author: str, text: str, **fields: Any) -> Message:
        """Add a message.

        :raises SlackError: ``channel_not_found``, ``thread_not_found``.
        """
        self.members(channel)
        thread_ts = fields.get("thread_ts")
        if thread_ts and not any(m.ts == thread_ts for m in self._public(channel)):
            raise SlackError("thread_not_found")
        message = Message(channel, self._next_ts(), author, text, **fields)
        self.messages.append(message)
        return message

    def message(self, channel: str, ts: str) -> Message:
        """A message that is not ephemeral: those have no address.

        :raises SlackError: ``channel_not_found``, ``message_not_found``.
        """
        self.members(channel)
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
        if user not in self.members(channel):
            raise SlackError("not_in_channel")
        return [m for m in self.messages if m.channel == channel and m.only_for in {None, user}]

    def _public(self, channel: str) -> Iterator[Message]:
        return (m for m in self.messages if m.channel == channel and m.only_for is None)

    def _next_ts(self) -> str:
        # No two messages share a timestamp: it is their id.
        self._last_ts = max(time.time(), self._last_ts + 0.000_01)
        return f"{self._last_ts:.6f}"


def person(user: str) -> Person:
    """A sample person.

    :raises SlackError: ``user_not_found``, as Slack says of people of another company.
    """
    if user not in PEOPLE:
        raise SlackError("user_not_found")
    return PEOPLE[user]
