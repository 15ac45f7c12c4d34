"""Tries a runtime session that nobody has had: how soon it speaks, and whether a stop ends it."""

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

from ag_ui.core import BaseEvent, RunErrorEvent, TextMessageContentEvent

from bots.errors import RuntimeUnavailable, TokenRefused
from bots.platform import Audience
from bots.runtime import RunAddress, Runtime
from identity.admin.setup_page import Finding

NOT_ASKED = "Not asked: --sign-in asks as yourself."
QUESTION = "Reply with the single word: ready"
LONG_QUESTION = "Count from one to five hundred in words, each number on a line of its own."
STOP_SECONDS = 30.0
"""How long a stopped run may go on before it counts as not stopped."""


class NewSession:
    """Two runs as the person who signed in, each in a session of its own.

    :param token: the person's access token; None when nobody signed in.
    """

    def __init__(self, runtime: Runtime, token: str | None) -> None:
        self._runtime = runtime
        self._token = token

    async def first_words(self) -> Finding:
        """How long a new session takes to its first event and to its first words."""
        if self._token is None:
            return Finding("absent", NOT_ASKED)
        address, began = _new(), time.monotonic()
        first: float | None = None
        async with aclosing(self._run(address, QUESTION, self._token)) as events:
            async for event in events:
                first = first or time.monotonic() - began
                if isinstance(event, RunErrorEvent):
                    return Finding("broken", f"The run failed ({event.code}).")
                if isinstance(event, TextMessageContentEvent):
                    words = time.monotonic() - began
                    said = f"First event after {first:.1f} s, first words after {words:.1f} s."
                    return Finding("working", said)
        return Finding("broken", "The answer was empty.")

    async def stop(self) -> Finding:
        """Whether the person's own token ends their session, and the run in it."""
        if self._token is None:
            return Finding("absent", NOT_ASKED)
        address = _new()
        async with aclosing(self._run(address, LONG_QUESTION, self._token)) as events:
            await anext(events)
            try:
                await self._runtime.stop_session(address.session, self._token)
            except TokenRefused:
                return Finding("broken", "A stop with a person's token is refused.")
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    return await _ended(events)
            except TimeoutError:
                return Finding("broken", "The stop was taken, but the run goes on.")

    def _run(self, address: RunAddress, text: str, token: str) -> AsyncGenerator[BaseEvent]:
        # As if others read along, so that nothing is learned of whoever asks.
        return self._runtime.invoke(address, text, token, audience=Audience.COLLEAGUES)


async def _ended(events: AsyncGenerator[BaseEvent]) -> Finding:
    """How a run ends whose session was stopped."""
    try:
        async for event in events:
            if isinstance(event, RunErrorEvent):
                return Finding("working", "The run ended with its session.")
    except RuntimeUnavailable:
        return Finding("working", "The run ended with its session.")
    return Finding("working", "The stop was taken; the run had said all before it came.")


def _new() -> RunAddress:
    session = f"doctor-{secrets.token_hex(20)}"
    return RunAddress(session, session, f"doctor-{secrets.token_hex(8)}")
