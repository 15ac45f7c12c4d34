"""What a person asked last in their direct messages, and the beginning of each answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bots.slack.message_content.markup import plain
from bots.slack.message_content.quotes import own_markup
from bots.slack.outgoing.web_api import WebApi
from bots.text_commands.words import read_word

READ = 30
MOST = 3
LONGEST = 200
"""Characters of a question or an answer that are shown."""


@dataclass(frozen=True, slots=True)
class RecentAnswer:
    """One question with its answer.

    :param ts: the question's timestamp.
    """

    channel: str
    ts: str
    question: str
    answer: str

    def address(self, workspace_url: str) -> str:
        """Where Slack shows it (as ``chat.getPermalink`` answers)."""
        return f"{workspace_url}archives/{self.channel}/p{self.ts.replace('.', '')}"


async def asked_before(api: WebApi, channel: str, user: str) -> list[RecentAnswer]:
    """What somebody asked in their direct messages, the newest first, without the answers.

    :raises PlatformError: when Slack doesn't tell.
    """
    found = [_asked(message, channel, user) for message in await api.history(channel, READ)]
    return [one for one in found if one]


async def with_answers(api: WebApi, asked: Sequence[RecentAnswer]) -> list[RecentAnswer]:
    """The newest few of them with what was answered.

    :raises PlatformError: when Slack doesn't tell.
    """
    return [
        RecentAnswer(one.channel, one.ts, one.question, _answer(await _replies(api, one)))
        for one in asked[:MOST]
    ]


async def _replies(api: WebApi, one: RecentAnswer) -> list[Mapping[str, Any]]:
    return await api.thread(one.channel, one.ts, "9999999999.000000")


def _asked(message: Mapping[str, Any], channel: str, user: str) -> RecentAnswer | None:
    text = " ".join(plain(own_markup(message), {}).split())
    if message.get("user") != user or not text or read_word(text):
        return None
    return RecentAnswer(channel, str(message["ts"]), text, "")


def _answer(thread: Sequence[Mapping[str, Any]]) -> str:
    for message in thread:
        if message.get("bot_id"):
            words = " ".join(plain(str(message.get("text", "")), {}).split())
            return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"
    return ""
