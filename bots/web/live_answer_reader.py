"""Answers while they are written, handed out to whoever looks on: one reader a process.

What this process writes itself goes straight to its readers. What another one writes is looked up
in the table of transcripts, once for all who wait for it.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from ag_ui.core import BaseEvent

from bots.errors import reason
from bots.web.transcripts import Transcripts

LOOK_SECONDS = 0.25
"""Between two looks at the table; an answer of this process needs none."""

Batch = Sequence[BaseEvent]

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Feed:
    """One answer.

    :ivar writers: attempts of this process that write it from its beginning.
    :ivar followers: streams that show it.
    """

    batches: list[Batch] = field(default_factory=list)
    since: str = ""
    writers: int = 0
    followers: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, position: str, events: Batch) -> None:
        """A batch that stands behind those that are known; any other is known."""
        if position > self.since:
            self.since = position
            self.batches.append(events)
            self.changed.set()
            self.changed = asyncio.Event()


class LiveAnswers:
    """The answers that are written or looked at in this process, by the event that makes them."""

    def __init__(self, transcripts: Transcripts) -> None:
        self._transcripts = transcripts
        self._feeds: dict[str, _Feed] = {}
        self._reader: asyncio.Task[None] | None = None

    @contextmanager
    def writing(self, event: str, *, from_the_beginning: bool) -> Iterator[None]:
        """An attempt of this process writes the answer in this block.

        :param from_the_beginning: nobody has written any of it before.
        """
        if not from_the_beginning:  # the table knows what was before
            yield
            return
        feed = self._feeds.setdefault(event, _Feed())
        feed.writers += 1
        try:
            yield
        finally:
            feed.writers -= 1
            self._forget(event, feed)

    async def write(self, event: str, events: Batch) -> None:
        """Append to an answer."""
        position = await self._transcripts.write(event, events)
        if (feed := self._feeds.get(event)) and feed.writers:
            feed.add(position, events)

    async def follow(self, event: str) -> AsyncGenerator[list[Batch]]:
        """What has been written since the last time, from the first batch on, without an end."""
        feed = self._feeds.setdefault(event, _Feed())
        feed.followers += 1
        seen = 0
        try:
            self._read()
            while True:
                changed = feed.changed
                if new := feed.batches[seen:]:
                    seen += len(new)
                    yield new
                else:
                    await changed.wait()
        finally:
            feed.followers -= 1
            self._forget(event, feed)

    def _forget(self, event: str, feed: _Feed) -> None:
        if not feed.writers and not feed.followers and self._feeds.get(event) is feed:
            del self._feeds[event]

    def _read(self) -> None:
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._look())

    async def _look(self) -> None:
        """Look at the table for all who wait, until nobody does."""
        while any(feed.followers for feed in self._feeds.values()):
            waited_for = [
                (event, feed)
                for event, feed in self._feeds.items()
                if feed.followers and not feed.writers
            ]
            await asyncio.gather(*(self._look_at(event, feed) for event, feed in waited_for))
            await asyncio.sleep(LOOK_SECONDS)

    async def _look_at(self, event: str, feed: _Feed) -> None:
        try:
            written = await self._transcripts.written(event, feed.since)
        except Exception as error:  # noqa: BLE001 - the others are looked at, and this one again
            _log.warning("an answer can't be looked up: %s", reason(error))
            return
        for position, events in written:
            feed.add(position, events)
