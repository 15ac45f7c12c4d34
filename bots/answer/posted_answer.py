"""An answer in a chat: a placeholder at once, edits while it is written, the whole in the end."""

import asyncio
import logging
from contextlib import suppress
from types import TracebackType
from typing import Self

from ag_ui.core import BaseEvent

from bots.answer.answer_messages import AnswerMessages, MessageChannel
from bots.answer.draft import Draft
from bots.answer.placeholder import THINKING
from bots.errors import After, PlatformError, PlatformRefused, PlatformUnavailable
from bots.platform import Receipt

HEAD_START = 0.2
"""Seconds for which an answer waits for its first message. From then on it is made meanwhile: a
platform that has no room for the message holds up nothing but the message."""
LARGE = 4_000
"""Characters of a draft; a longer one is shown the more rarely the longer it is, because each edit
parses all of it: an answer costs what it is long, not the square of that."""

_log = logging.getLogger(__name__)


class PostedAnswer:
    """``show`` only takes an event in; one task of this reply's own keeps the messages up to date.

    So a slow platform never holds up the agent. Nothing of that task is under way any more when the
    final text is shown: an edit that arrived late would undo it. Implements
    :class:`bots.platform.ReplyStream`.

    :param pace: seconds between two edits; the platforms take about one a second.
    :param opening: what stands there until there is something to say.
    :param draft: what events are folded into, where the channel shows more of them than their text.
    """

    def __init__(
        self,
        channel: MessageChannel,
        receipt: Receipt,
        pace: float,
        opening: str = THINKING,
        draft: Draft | None = None,
    ) -> None:
        self._channel = channel
        self._messages = AnswerMessages(channel, receipt)
        self._pace = pace
        self._opening = opening
        self._draft = draft or Draft()
        self._changed = asyncio.Event()
        self._closing = asyncio.Event()
        self._spoken = asyncio.Event()
        self._said = False
        self._opened = asyncio.Event()
        self._editor: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._editor = asyncio.create_task(self._open_and_edit())
        try:
            async with asyncio.timeout(HEAD_START):
                await self._opened.wait()
        except TimeoutError:
            return self
        except asyncio.CancelledError:
            self._editor.cancel()
            await asyncio.wait([self._editor])
            raise
        if self._editor.done():  # nothing can be shown
            self._editor.result()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, asyncio.CancelledError) and self._editor is not None:
            self._editor.cancel()  # the process stops; whoever runs next shows the answer
        await self._stop_editing()
        if error is None and not self._said:
            await self._finish()

    async def show(self, event: BaseEvent) -> None:
        """Take one agent event into the answer.

        :raises PlatformError: when not even its first message can be shown.
        """
        self._raise_if_failed()
        self._draft.take(event)
        self._changed.set()
        if not self._spoken.is_set() and self._draft.said:
            self._spoken.set()

    async def say(self, sentence: str, *, stoppable: bool = False) -> None:
        """Replace everything by one sentence; it stays the last word of this attempt."""
        self._said = True
        await self._stop_editing()
        if stoppable:
            sentence = self._channel.stoppable(sentence)
        await self._messages.show(sentence, final=False)

    async def _finish(self) -> None:
        """Show the whole answer."""
        await self._messages.show(self._draft.final(), final=True)

    def _so_far(self) -> str:
        """What to show while the answer is written."""
        return self._draft.so_far()

    def _raise_if_failed(self) -> None:
        """Where its place takes nothing now, the next delivery opens it and joins the run."""
        editor = self._editor
        if editor is None or not editor.done() or editor.cancelled():
            return
        if isinstance(failed := editor.exception(), PlatformError):
            raise failed

    async def _open_and_edit(self) -> None:
        try:
            await self._messages.open(self._opening)
        finally:
            self._opened.set()
        await self._keep_editing()

    async def _keep_editing(self) -> None:
        pause, shown = self._pace, THINKING
        while not self._closing.is_set():
            if (draft := self._so_far()) == shown:
                await self._changed.wait()
                self._changed.clear()
                continue
            try:
                await self._messages.show_draft(draft)
            except PlatformRefused as error:
                _log.warning("this answer can't be shown while it is written: %s", error)
                return
            except PlatformUnavailable as error:
                # The next edit, or the final one, carries the whole text again.
                _log.info("an edit did not arrive: %s", error)
                asked = error.again.seconds if isinstance(error.again, After) else 0.0
                pause = pause if asked else pause * 2
                await self._closing_within(max(asked, pause))
                continue
            shown, wordless = draft, not self._spoken.is_set()
            seconds = pause * max(1.0, len(draft) / LARGE)
            await self._closing_within(seconds, or_words=wordless)

    async def _closing_within(self, seconds: float, *, or_words: bool = False) -> None:
        """Return then, or earlier: when it is to be closed, or the first words are there."""
        until = self._spoken if or_words else self._closing
        with suppress(TimeoutError):
            await asyncio.wait_for(until.wait(), seconds)

    async def _stop_editing(self) -> None:
        self._closing.set()
        self._changed.set()
        self._spoken.set()
        if self._editor is None:
            return
        try:
            await asyncio.wait([self._editor])
        except asyncio.CancelledError:
            self._editor.cancel()
            raise
        if not self._editor.cancelled():
            self._editor.result()
