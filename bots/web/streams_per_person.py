"""The streams that browsers have open: few for each person, none for who has gone or signed out."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from aiohttp import web

from bots.errors import reason
from identity.sessions.session_store import still_signed_in

MOST_OF_PERSON = 5
"""Answers that a person looks on at; one more ends the one opened first."""
LONGEST = 10 * 60
"""Seconds; the browser opens the stream again by itself, none stays open for ever."""
LOOK_SECONDS = 1.0
"""Between two looks at who is still there."""
SESSION_SECONDS = 10.0
"""Between two looks at who is still signed in, once for all streams of a browser."""
CROWDED = "crowded"
"""The event that tells a page that it has been given up for another; it doesn't come back."""

_log = logging.getLogger(__name__)


@dataclass(eq=False, slots=True)
class OpenStream:
    """One stream.

    :param allowed: whether its person may still look on; the browser's session says so if None.
    :ivar over: set when it has to end.
    :ivar crowded: it ends because its person has opened others.
    """

    request: web.Request
    subject: str
    opened: float
    allowed: Callable[[], Awaitable[bool]] | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)
    crowded: bool = False

    @property
    def gone(self) -> bool:
        """Its browser is not there any more, or it has been open for long enough."""
        transport = self.request.transport
        return transport is None or transport.is_closing() or monotonic() - self.opened > LONGEST


class OpenStreams:
    """All streams of this process, with one task that looks after them while there are any."""

    def __init__(self) -> None:
        self._open: list[OpenStream] = []
        self._watch: asyncio.Task[None] | None = None

    @contextmanager
    def opened(
        self,
        request: web.Request,
        subject: str,
        allowed: Callable[[], Awaitable[bool]] | None = None,
    ) -> Iterator[OpenStream]:
        """Count a stream while the block runs.

        :param allowed: for a stream of no browser's session.
        """
        others = [one for one in self._open if one.subject == subject and not one.over.is_set()]
        for one in others[: max(0, len(others) + 1 - MOST_OF_PERSON)]:
            one.crowded = True
            one.over.set()
        stream = OpenStream(request, subject, monotonic(), allowed)
        self._open.append(stream)
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._look_after())
        try:
            yield stream
        finally:
            self._open.remove(stream)

    async def _look_after(self) -> None:
        looked = monotonic()
        while self._open:
            for stream in self._open:
                if stream.gone:
                    stream.over.set()
            if monotonic() - looked >= SESSION_SECONDS:
                await self._end_signed_out()
                looked = monotonic()
            await asyncio.sleep(LOOK_SECONDS)

    async def _end_signed_out(self) -> None:
        """End the streams of sessions that have ended, or whose person may not go on."""
        browsers: dict[tuple[str, bool], list[OpenStream]] = {}
        for stream in self._open:
            cookie = stream.request.headers.get("Cookie", "")
            key = (stream.subject, True) if stream.allowed else (cookie, False)
            browsers.setdefault(key, []).append(stream)
        for streams in browsers.values():
            try:
                ended = not await _may_look_on(streams[0])
            except Exception as error:  # noqa: BLE001 - nobody is signed out by an outage
                _log.warning("a session can't be looked up: %s", reason(error))
                continue
            if ended:
                for stream in streams:
                    stream.over.set()


async def _may_look_on(stream: OpenStream) -> bool:
    if stream.allowed:
        return await stream.allowed()
    return await still_signed_in(stream.request, stream.subject)
