"""What a thread's agent session says of a turn: at work, waiting for a decision, or done."""

import logging
import re
from dataclasses import replace
from typing import Literal

from bots.conversation_notes import place_of
from bots.errors import PlatformError
from bots.slack.incoming.payloads import IncomingMessage
from bots.slack.outgoing.web_api import WebApi

LONGEST_TITLE = 200
"""Characters (https://docs.slack.dev/reference/methods/agents.sessions.setStatus)."""

Status = Literal["processing", "suspended", "active"]

_TIMESTAMP = re.compile(r"\d+\.\d+")
_log = logging.getLogger(__name__)


async def end_waiting(api: WebApi, decision: IncomingMessage, *, goes_on: bool) -> None:
    """A decision is taken: the thread of the question waits for none any more.

    Where the answer goes on in that very thread, it moves the session itself.
    """
    *_, channel, thread = place_of(decision.conversation).split(":")
    asked = replace(decision, channel=channel, thread=thread)
    here = (channel, thread) == (decision.channel, decision.thread)
    # The place of a command, which has no thread, ends with its asker.
    if _TIMESTAMP.fullmatch(thread) and not (goes_on and here):
        await ThreadSession(api, asked).move("active")


class ThreadSession:
    """Moves the session of one turn's thread; what Slack refuses of it costs no answer.

    :ivar begun: Slack shows the session at work, so somebody has to end that.
    """

    def __init__(self, api: WebApi, incoming: IncomingMessage) -> None:
        self._api = api
        self._incoming = incoming
        self.begun = False

    async def begin(self) -> None:
        """Show that the turn is worked on; a new session is called what the turn asks."""
        if self._incoming.thread and not self._api.limits.session_wait():
            self.begun = await self._set("processing", " ".join(self._incoming.text.split()))

    async def end(self, status: Status) -> None:
        """Show that it isn't any more."""
        if self.begun:
            await self.move(status)

    async def move(self, status: Status) -> None:
        """Show a status, whoever began."""
        await self._set(status, "")

    async def _set(self, status: Status, title: str) -> bool:
        try:
            await self._api.made(
                "agents.sessions.setStatus",
                lambda: self._api.patient.agents_sessions_setStatus(
                    channel_id=self._incoming.channel,
                    thread_ts=self._incoming.thread,
                    status=status,
                    title=title[:LONGEST_TITLE] or None,
                    initiator_user_id=self._incoming.user,
                ),
            )
        except PlatformError as error:
            _log.info("a session isn't %s: %s", status, error)
            return False
        return True
