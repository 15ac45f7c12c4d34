"""The few calls of Slack's Web API that a reply is made of."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bots.errors import After, MessageGone, PlatformUnavailable
from bots.slack.outgoing.connection_retries import when_broken
from bots.slack.outgoing.message import Content
from bots.slack.outgoing.platform_errors import platform_errors
from bots.slack.outgoing.rate_limits import UPDATE, RateLimits

MARKER = "bizassist_reply"
PATIENCE = 20.0
"""Seconds that a call waits here for a busy Slack. Who has to wait longer is tried again later."""
NAME_PATIENCE = 2.0
"""The same for a name, without which a question is answered as well."""


THREAD_PAGES = 5


@dataclass(frozen=True, slots=True)
class Found:
    """A message that was looked for.

    :param streamed: it may be a stream that is open.
    """

    ts: str
    streamed: bool


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads a channel.

    :param outsiders: people of other companies do, or may come to do so.
    :param us: the assistant is a member.
    """

    outsiders: bool
    us: bool


Call = Callable[[], Awaitable[AsyncSlackResponse]]


class WebApi:
    """Post, update, delete and find messages as the assistant.

    Every call may raise :class:`~bots.errors.PlatformError`, and nothing of the SDK's. While Slack
    is busy no call is made: it is waited for as long as it asks, or
    :class:`~bots.errors.PlatformUnavailable` says how long that is.

    :ivar once: for calls that may not happen twice; :ivar patient: for those that may.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        token: str,
        api_url: str,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.once = _client(http, token, api_url, [])
        self.patient = _client(http, token, api_url, when_broken())
        self.limits = RateLimits(now)
        self.now = now

    async def identity(self) -> AuthorizeResult:
        """Whose bot this is."""
        answer = await self.made("auth.test", self.patient.auth_test)
        return AuthorizeResult.from_auth_test_response(
            auth_test_response=answer, bot_token=self.patient.token
        )

    async def user(self, user: str) -> Mapping[str, Any]:
        """An account as ``users.info`` describes it."""
        answer = await self.made(
            "users.info", lambda: self.patient.users_info(user=user), patience=NAME_PATIENCE
        )
        found: Mapping[str, Any] = answer["user"]
        return found

    async def channel_name(self, channel: str) -> str:
        """What a channel is called; empty for one without a name."""
        answer = await self.made(
            "conversations.info",
            lambda: self.patient.conversations_info(channel=channel),
            patience=NAME_PATIENCE,
        )
        return str(answer["channel"].get("name") or "")

    async def message(self, channel: str, ts: str) -> Mapping[str, Any] | None:
        """One message of a channel that is no reply, whole; None when it is gone."""
        page = await self.made(
            "conversations.history",
            lambda: self.patient.conversations_history(
                channel=channel, latest=ts, inclusive=True, limit=1
            ),
            patience=NAME_PATIENCE,
        )
        messages: list[Mapping[str, Any]] = page["messages"]
        return next((one for one in messages if one.get("ts") == ts), None)

    async def thread(self, channel: str, thread: str, until: str) -> list[Mapping[str, Any]]:
        """A thread's messages up to one, oldest first; of a very long thread, its beginning."""
        messages: list[Mapping[str, Any]] = []
        asked: dict[str, Any] = {"channel": channel, "ts": thread, "limit": 200}
        asked |= {"latest": until, "inclusive": True}
        for _ in range(THREAD_PAGES):
            page = await self.made(
                "conversations.replies",
                lambda: self.patient.conversations_replies(**asked),
                patience=NAME_PATIENCE,
            )
            messages += page["messages"]
            asked["cursor"] = (page.get("response_metadata") or {}).get("next_cursor")
            if not asked["cursor"]:
                break
        return messages

    async def workspace(self) -> str:
        """What the workspace is called."""
        answer = await self.made("team.info", self.patient.team_info, patience=NAME_PATIENCE)
        return str(answer["team"]["name"])

    async def post(
        self, channel: str, content: Content, *, thread: str | None = None, marker: str = ""
    ) -> str:
        """Post a message and return its timestamp, which is its id in the channel.

        :param marker: lets :meth:`find` see that this post has happened.
        """
        posted = await self.made(
            f"chat.postMessage {channel}",  # its limit is each channel's
            lambda: self.once.chat_postMessage(
                channel=channel,
                thread_ts=thread,
                metadata=metadata(marker) if marker else None,
                unfurl_links=False,
                unfurl_media=False,
                **content,
            ),
        )
        return str(posted["ts"])

    async def post_ephemeral(
        self, channel: str, user: str, content: Content, thread: str | None
    ) -> None:
        """Post what only ``user`` sees; Slack does not promise that they do."""
        await self.made(
            "chat.postEphemeral",
            lambda: self.once.chat_postEphemeral(
                channel=channel, user=user, thread_ts=thread, **content
            ),
        )

    async def update(self, channel: str, ts: str, content: Content, *, final: bool = True) -> None:
        """Replace a message.

        :param final: it is made sure of; others are made when there is room for them.
        :raises MessageGone: when it is not there any more.
        """
        if final:
            self.limits.ended()
            await self.made(
                UPDATE, lambda: self.patient.chat_update(channel=channel, ts=ts, **content)
            )
        elif wait := self.limits.draft_wait():
            raise PlatformUnavailable("the edits of this minute are spent", after=wait)
        else:
            await self.made(
                UPDATE,
                lambda: self.once.chat_update(channel=channel, ts=ts, **content),
                patience=0.0,
            )

    async def delete(self, channel: str, ts: str) -> None:
        """Delete a message; that it is gone already is well."""
        with suppress(MessageGone):
            await self.made("chat.delete", lambda: self.patient.chat_delete(channel=channel, ts=ts))

    async def find(
        self, channel: str, marker: str, *, thread: str | None, since: str
    ) -> Found | None:
        """The newest message that was posted, or begun as a stream, with ``marker``.

        :param since: a timestamp that is older than it; empty when none is known.
        """
        asked: dict[str, Any] = {"channel": channel, "limit": 100, "include_all_metadata": True}
        if since:
            asked["oldest"] = since
        if thread:
            page = await self.made(
                "conversations.replies",
                lambda: self.patient.conversations_replies(ts=thread, **asked),
            )
        else:
            page = await self.made(
                "conversations.history", lambda: self.patient.conversations_history(**asked)
            )
        messages: list[Mapping[str, Any]] = page["messages"]
        found = filter(None, (_found(message, marker) for message in messages))
        return max(found, key=lambda one: float(one.ts), default=None)

    async def history(self, channel: str, most: int) -> list[Mapping[str, Any]]:
        """The newest messages of a channel that are no replies, the newest first."""
        page = await self.made(
            "conversations.history",
            lambda: self.patient.conversations_history(channel=channel, limit=most),
        )
        messages: list[Mapping[str, Any]] = page["messages"]
        return messages

    async def publish_home(self, user: str, view: Mapping[str, Any]) -> None:
        """Show somebody's Home tab."""
        await self.made(
            "views.publish", lambda: self.patient.views_publish(user_id=user, view=dict(view))
        )

    async def suggest_prompts(self, channel: str, prompts: list[dict[str, str]]) -> None:
        """Suggest prompts above direct messages; an agent's belong to no thread."""
        await self.made(
            "assistant.threads.setSuggestedPrompts",
            lambda: self.patient.assistant_threads_setSuggestedPrompts(
                channel_id=channel, title="Try asking", prompts=prompts
            ),
        )

    async def open_modal(self, trigger: str, view: Mapping[str, Any]) -> None:
        """Open a modal for whoever has just done something; its trigger lasts three seconds."""
        await self.made(
            "views.open",
            lambda: self.once.views_open(trigger_id=trigger, view=dict(view)),
            patience=0.0,
        )

    async def readers(self, channel: str) -> Readers:
        """Who reads a channel."""
        answer = await self.made(
            "conversations.info",
            lambda: self.patient.conversations_info(channel=channel),
            patience=NAME_PATIENCE,
        )
        found = answer["channel"]
        shared = ("is_ext_shared", "is_pending_ext_shared")
        # A group's direct messages are told of to their members alone, without this field.
        us = bool(found.get("is_member", found.get("is_mpim")))
        return Readers(outsiders=any(map(found.get, shared)), us=us)

    async def direct_channel(self, user: str) -> str:
        """The channel of the direct messages between ``user`` and the assistant."""
        opened = await self.made(
            "conversations.open", lambda: self.patient.conversations_open(users=user)
        )
        return str(opened["channel"]["id"])

    async def made(
        self, method: str, call: Call, *, patience: float = PATIENCE
    ) -> AsyncSlackResponse:
        """The answer of a call, made when Slack takes it.

        :param method: its name, and behind a space what Slack counts it for.
        :param patience: seconds that it is waited for.
        """
        while True:
            if (wait := self.limits.wait(method)) > patience:
                raise PlatformUnavailable(
                    f"Slack is busy with {method.partition(' ')[0]}", after=wait
                )
            patience -= wait
            await asyncio.sleep(wait)
            try:
                with platform_errors():
                    return await call()
            except PlatformUnavailable as error:
                if error.taken or not isinstance(error.again, After):
                    raise
                self.limits.refused(method, max(error.again.seconds, 1.0))


def metadata(marker: str) -> dict[str, object]:
    """What lets a message be found again."""
    return {"event_type": MARKER, "event_payload": {"part": marker}}


def _found(message: Mapping[str, Any], marker: str) -> Found | None:
    if message.get("metadata") == metadata(marker):
        return Found(str(message["ts"]), streamed=False)
    # A stream takes metadata only at its end; the first of its tasks carries the marker.
    if any(block.get("task_id") == marker for block in message.get("blocks") or ()):
        return Found(str(message["ts"]), streamed=True)
    return None


def _client(
    http: aiohttp.ClientSession, token: str, api_url: str, repeat: list[AsyncRetryHandler]
) -> AsyncWebClient:
    client = AsyncWebClient(token=token, base_url=api_url, session=http, retry_handlers=repeat)
    client.proxy = None  # the session reads the proxy's variables, and NO_PROXY with them
    return client
