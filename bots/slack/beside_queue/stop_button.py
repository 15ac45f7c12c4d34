"""Our own Stop, below a message that says since when an answer is tried."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bots.errors import PlatformError, StopFailed
from bots.slack.beside_queue.payload_fields import Payload, person, pressed
from bots.slack.outgoing.message import STOP, content
from bots.slack.outgoing.response_url import ResponseUrls
from bots.turn.run import STOPPED
from identity.people import ChatUser

LONGEST_CALL = 2.0
"""Seconds: Slack wants a click acknowledged within three."""
STOPPING = "_Stopping…_"

StopOwn = Callable[[str, ChatUser], Awaitable[bool]]

_log = logging.getLogger(__name__)


class StopButton:
    """Takes the click, of the asker alone.

    :param stop: stops a turn by its name; False when it isn't this person's.
    """

    def __init__(self, stop: StopOwn, responses: ResponseUrls) -> None:
        self._stop = stop
        self._responses = responses

    async def take(self, payload: Payload) -> bool:
        """Whether the button was pressed; who answers the turn ends it at the next try."""
        action = pressed(payload, STOP)
        if action is None:
            return False
        turn = str(action.get("value", ""))
        try:
            stopped = await self._stop(turn, person(payload))
        except StopFailed as error:  # it is marked, and the agent most likely what is away
            _log.info("the agent isn't told that %s was stopped: %s", turn, error)
            stopped = True
        if stopped:
            await self._show(payload)
        return True

    async def _show(self, payload: Payload) -> None:
        """What nobody else sees is never edited, so there the end comes as a message of its own."""
        alone = (payload.get("container") or {}).get("is_ephemeral")
        url = str(payload.get("response_url", ""))
        sentence = STOPPING if alone else STOPPED
        with suppress(TimeoutError, PlatformError):
            async with asyncio.timeout(LONGEST_CALL):
                await self._responses.send(url, content(sentence), replace=True)
