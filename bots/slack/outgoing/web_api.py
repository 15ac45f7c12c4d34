"""The few calls of Slack's Web API that a reply is made of."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from bots.errors import MessageGone
from bots.slack.outgoing.message import Content
from bots.slack.outgoing.platform_errors import platform_errors
from bots.slack.outgoing.retries import when_busy, when_busy_or_broken

MARKER = "bizassist_reply"


class WebApi:
    """Post, update, delete and find messages as the assistant.

    Every call may raise :class:`~bots.errors.PlatformError`, and nothing of the SDK's.
    """

    def __init__(self, http: aiohttp.ClientSession, token: str, api_url: str) -> None:
        self._once = _client(http, token, api_url, when_busy())
        self._patient = _client(http, token, api_url, when_busy_or_broken())

    async def identity(self) -> AuthorizeResult:
        """Whose bot this is."""
        with platform_errors():
            answer = await self._patient.auth_test()
        return AuthorizeResult.from_auth_test_response(
            auth_test_response=answer, bot_token=self._patient.token
        )

    async def person(self, user: str) -> str:
        """What a person is called; empty when Slack does not tell."""
        with platform_errors():
            answer = await self._patient.users_info(user=user)
        profile = answer["user"].get("profile", {})
        return str(profile.get("real_name") or answer["user"].get("name", ""))

    async def workspace(self) -> str:
        """What the workspace is called."""
        with platform_errors():
            answer = await self._patient.team_info()
        return str(answer["team"]["name"])

    async def post(
        self, channel: str, content: Content, *, thread: str | None = None, marker: str = ""
    ) -> str:
        """Post a message and return its timestamp, which is its id in the channel.

        :param marker: lets :meth:`find` see that this post has happened.
        """
        with platform_errors():
            posted = await self._once.chat_postMessage(
                channel=channel,
                thread_ts=thread,
                metadata=_metadata(marker) if marker else None,
                unfurl_links=False,
                unfurl_media=False,
                **content,
            )
        return str(posted["ts"])

    async def post_ephemeral(
        self, channel: str, user: str, content: Content, thread: str | None
    ) -> None:
        """Post what only ``user`` sees; Slack does not promise that they do."""
        with platform_errors():
            await self._once.chat_postEphemeral(
                channel=channel, user=user, thread_ts=thread, **content
            )

    async def update(self, channel: str, ts: str, content: Content) -> None:
        """Replace a message.

        :raises MessageGone: when it is not there any more.
        """
        with platform_errors():
            await self._patient.chat_update(channel=channel, ts=ts, **content)

    async def delete(self, channel: str, ts: str) -> None:
        """Delete a message; that it is gone already is well."""
        with suppress(MessageGone), platform_errors():
            await self._patient.chat_delete(channel=channel, ts=ts)

    async def find(
        self, channel: str, marker: str, *, thread: str | None, since: str
    ) -> str | None:
        """The timestamp of the message that was posted with ``marker`` after ``since``."""
        with platform_errors():
            if thread:
                page = await self._patient.conversations_replies(
                    channel=channel, ts=thread, oldest=since, limit=100, include_all_metadata=True
                )
            else:
                page = await self._patient.conversations_history(
                    channel=channel, oldest=since, limit=100, include_all_metadata=True
                )
        messages: list[Mapping[str, Any]] = page["messages"]
        marked = (m for m in messages if m.get("metadata") == _metadata(marker))
        return next((str(message["ts"]) for message in marked), None)

    async def direct_channel(self, user: str) -> str:
        """The channel of the direct messages between ``user`` and the assistant."""
        with platform_errors():
            opened = await self._patient.conversations_open(users=user)
        return str(opened["channel"]["id"])


def _metadata(marker: str) -> dict[str, object]:
    return {"event_type": MARKER, "event_payload": {"part": marker}}


def _client(
    http: aiohttp.ClientSession, token: str, api_url: str, repeat: list[AsyncRetryHandler]
) -> AsyncWebClient:
    client = AsyncWebClient(token=token, base_url=api_url, session=http, retry_handlers=repeat)
    client.proxy = None  # the session reads the proxy's variables, and NO_PROXY with them
    return client
