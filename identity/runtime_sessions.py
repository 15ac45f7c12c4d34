"""Ends a person's runtime session when they sign out or leave."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import time

from identity.people import runtime_session

log = logging.getLogger(__name__)

MOST_SECONDS = 5.0
"""How long signing out waits for it: a session that nobody uses ends by itself a little later."""

StopSession = Callable[[str, str], Awaitable[None]]
"""Stops a runtime session with an access token of its person (StopRuntimeSession)."""


class RuntimeSessions:
    """Knows the latest access token of each person whom this process has served.

    With a JWT authorizer only the person's own token stops their session: who never asked this
    process has none here, and their session ends when it has been idle for a while.
    """

    def __init__(self, stop: StopSession) -> None:
        self._stop = stop
        self._tokens: dict[str, tuple[str, float]] = {}

    def used(self, subject: str, token: str, seconds: float) -> None:
        """Note that ``token``, good for so many ``seconds``, was handed out for ``subject``."""
        now = time()
        self._tokens = {who: known for who, known in self._tokens.items() if known[1] > now}
        self._tokens[subject] = (token, now + seconds)

    def knows(self, subject: str) -> bool:
        """Whether there is a token to end the person's session with."""
        return self._tokens.get(subject, ("", 0.0))[1] > time()

    async def end(self, subject: str) -> None:
        """End the session and what runs in it; failing is logged, for nobody waits for it."""
        token, until = self._tokens.pop(subject, ("", 0.0))
        if until <= time():
            return
        try:
            async with asyncio.timeout(MOST_SECONDS):
                await self._stop(runtime_session(subject), token)
        except Exception as error:  # noqa: BLE001 - whatever the runtime's client raises
            log.warning("a runtime session was not ended: %s", type(error).__name__)


async def stop_nothing(session: str, token: str) -> None:
    """For who serves no questions: there is no runtime session that they would know of."""
