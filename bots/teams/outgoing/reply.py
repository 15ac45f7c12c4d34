"""An answer in a chat: one message that is updated while the answer is written."""

import asyncio
import logging
from contextlib import suppress
from types import TracebackType
from typing import Self

from ag_ui.core import BaseEvent

from bots.answer.draft import THINKING, Draft
from bots.teams.errors import CallRefused, CallUnanswered
from bots.teams.outgoing.message import pieces
from bots.teams.outgoing.posts import Posts

_log = logging.getLogger(__name__)


class TeamsReply:
    """``show`` only takes an event in; one task of this reply's own keeps the message up to date.

    So a slow Teams never holds up the agent. Nothing of that task is under way any more when the
    final text is painted: an update that arrived late would undo it.

    :param pace: seconds between two updates; Teams takes about one a second.
    """

    def __init__(self, posts: Posts, pace: float) -> None:
        self._posts = posts
        self._pace = pace
        self._draft = Draft()
        self._changed = asyncio.Event()
        self._closing = asyncio.Event()
        self._said = False
        self._painter: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._posts.open(THINKING)
        self._painter = asyncio.create_task(self._keep_painting())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, asyncio.CancelledError) and self._painter is not None:
            self._painter.cancel()  # the process stops; whoever runs next paints
        await self._stop_painting()
        if error is None and not self._said:
            await self._posts.paint(pieces(self._draft.final()), final=True)

    async def show(self, event: BaseEvent) -> None:
        """Take one agent event into the message."""
        self._draft.take(event)
        self._changed.set()

    async def say(self, sentence: str) -> None:
        """Replace everything by one sentence; it stays the last word of this attempt."""
        self._said = True
        await self._stop_painting()
        await self._posts.paint([sentence], final=False)

    async def _keep_painting(self) -> None:
        pause = self._pace
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._closing.is_set():
                return
            try:
                # One message is enough to follow; the final answer may take several.
                await self._posts.sketch(pieces(self._draft.so_far())[0])
            except CallRefused as error:
                _log.warning("this answer can't be shown while it is written: %s", error)
                return
            except CallUnanswered as error:
                # The next update, or the final one, carries the whole text again.
                _log.warning("an update did not arrive: %s", error)
                pause = max(error.after or 0.0, pause * 2)
            await self._closing_within(pause)

    async def _closing_within(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)

    async def _stop_painting(self) -> None:
        self._closing.set()
        self._changed.set()
        if self._painter is not None:
            try:
                await asyncio.wait([self._painter])
            except asyncio.CancelledError:
                self._painter.cancel()
                raise
            if not self._painter.cancelled():
                self._painter.result()
