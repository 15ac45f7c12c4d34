"""Slack's own Stop: ends every run of who pressed it in that thread, at the agent too.

https://docs.slack.dev/reference/events/agent_session_stopped
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from bots.errors import MalformedRequest, NotStopped, PlatformError, StopFailed
from bots.slack.beside_queue.payload_fields import Payload
from bots.slack.incoming.payloads import tenant_of
from bots.slack.outgoing.web_api import WebApi
from identity.people import ChatUser

LONGEST_CALL = 2.0
"""Seconds: Slack wants its event acknowledged within three."""

StopAll = Callable[[ChatUser, str, float], Awaitable[int]]

_log = logging.getLogger(__name__)


class SessionStop:
    """Takes the event; the turns that it ends show so themselves, and move their session.

    :param stop_all: stops what a person has asked at a place before a time, in seconds since 1970;
        how much of it was being answered.
    """

    def __init__(self, stop_all: StopAll, api: WebApi) -> None:
        self._stop_all = stop_all
        self._api = api

    async def take(self, payload: Payload) -> bool:
        """Whether it was such an event.

        :raises NotStopped: when the agent could not be told, so that Slack sends it again.
        """
        event = payload.get("event")
        if not isinstance(event, Mapping) or event.get("type") != "agent_session_stopped":
            return False
        try:
            user, channel = str(event["user"]), str(event["channel"])
            thread = str(event["thread_ts"])
        except LookupError:
            raise MalformedRequest(sentence="A field is missing that Slack always sends.") from None
        tenant = tenant_of(payload)
        place = f"slack:{tenant}:{channel}:{thread}"
        try:
            stopped = await self._stop_all(ChatUser("slack", tenant, user), place, time.time())
        except StopFailed as error:
            _log.warning("a run in %s could not be stopped: %s", place, error)
            raise NotStopped(str(error)) from error
        if not stopped:
            await self._show_over(channel, thread)
        return True

    async def _show_over(self, channel: str, thread: str) -> None:
        """Nothing is under way, so nobody else says that the session is not at work any more."""
        with suppress(TimeoutError, PlatformError):
            async with asyncio.timeout(LONGEST_CALL):
                await self._api.made(
                    "agents.sessions.setStatus",
                    lambda: self._api.patient.agents_sessions_setStatus(
                        channel_id=channel, thread_ts=thread, status="active"
                    ),
                )
