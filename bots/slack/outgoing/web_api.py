"""The few calls of Slack's Web API that a reply is made of."""

from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bots.slack.outgoing.message import Content

MARKER = "bizassist_reply"
GONE = {"message_not_found", "cant_update_message", "edit_window_closed"}


class MessageGone(Exception):
    """The message can no longer be edited: a person deleted it, or Slack closed it."""


class WebApi:
    """Post, update, delete and find messages as the assistant.

    What may be done twice is repeated when the connection breaks or Slack has an error of its own.
    What may not, a post, is left to whoever knows how to look whether it has happened; the SDK's
    default would repeat it blindly. Either way the client waits when Slack says that it is busy.
    """

    def __init__(self, http: aiohttp.ClientSession, token: str, api_url: str) -> None:
        busy = AsyncRateLimitErrorRetryHandler(max_retry_count=2)
        broken = AsyncConnectionErrorRetryHandler(max_retry_count=2)
        failed = AsyncServerErrorRetryHandler(max_retry_count=2)
        self._once = _client(http, token, api_url, [busy])
        self._patient = _client(http, token, api_url, [busy, broken, failed])

    async def identity(self) -> AuthorizeResult:
        """Whose bot this is."""
        answer = await self._patient.auth_test()
        return AuthorizeResult.from_auth_test_response(
            auth_test_response=answer, bot_token=self._patient.token
        )

    async def person(self, user: str) -> str:
        """What a person is called; empty when Slack does not tell."""
        answer = await self._patient.users_info(user=user)
        profile = answer["user"].get("profile", {})
        return str(profile.get("real_name") or answer["user"].get("name", ""))

    async def workspace(self) -> str:
        """What the workspace is called."""
        answer = await self._patient.team_info()
        return str(answer["team"]["name"])

    async def post(
        self, channel: str, content: Content, *, thread: str | None = None, marker: str = ""
    ) -> str:
        """Post a message and return its timestamp, which is its id in the channel.

        :param marker: lets :meth:`find` see that this post has happened.
        """
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
        await self._once.chat_postEphemeral(channel=channel, user=user, thread_ts=thread, **content)

    async def update(self, channel: str, ts: str, content: Content) -> None:
        """Replace a message.

        :raises MessageGone: when it is not there any more.
        """
        try:
            await self._patient.chat_update(channel=channel, ts=ts, **content)
        except SlackApiError as error:
            if error.response["error"] in GONE:
                raise MessageGone(ts) from error
            raise

    async def delete(self, channel: str, ts: str) -> None:
        """Delete a message; that it is gone already is well."""
        try:
            await self._patient.chat_delete(channel=channel, ts=ts)
        except SlackApiError as error:
            if error.response["error"] not in {*GONE, "cant_delete_message"}:
                raise

    async def find(
        self, channel: str, marker: str, *, thread: str | None, since: str
    ) -> str | None:
        """The timestamp of the message that was posted with ``marker`` after ``since``."""
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
