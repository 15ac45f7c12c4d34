"""How an answer is shown: streamed where only its asker is, a placeholder and its end elsewhere."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from ag_ui.core import BaseEvent
from botocore.exceptions import BotoCoreError, ClientError

from bots.answer.answer_messages import FINAL, SEPARATORS
from bots.answer.explanation.run_explanation import Explanation, ExplanationBuilder
from bots.answer.markdown.settled_part import settled_part
from bots.answer.markdown.threaded_rendering import rendered
from bots.answer.posted_answer import LARGE, PostedAnswer
from bots.answer.shown_call import shown
from bots.errors import (
    After,
    BotError,
    PlatformRefused,
    PlatformUnavailable,
    StreamOver,
    StreamStopped,
    reason,
)
from bots.platform import Receipt
from bots.teams.outgoing.answer.streamed_conversation import APART, STREAM, StreamedConversation
from bots.teams.outgoing.content.dressing import Dressing
from bots.teams.outgoing.conversation import TeamsConversation
from bots.teams.outgoing.markdown import teams_markdown_of
from bots.teams.outgoing.message import THINKING

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Acts:
    """What an asker can do about an answer.

    :param stop: stops its turn, for who presses Teams' own Stop.
    :param note: takes notice of a message that shows it, so that its thumbs are known.
    :param explain: keeps why it is as it is, for the form behind its thumbs.
    """

    stop: Callable[[], Awaitable[None]]
    note: Callable[[str], Awaitable[None]]
    explain: Callable[[Explanation], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two updates of a message.

    :param edits: of one that is edited.
    :param stream: of one that is streamed; Microsoft recommends one and a half to two.
    :param apart: of any two activities of a stream, the end included.
    """

    edits: float = 1.0
    stream: float = 1.5
    apart: float = APART


class DressedAnswer(PostedAnswer):
    """An answer where others read along: typing, one placeholder, and one edit that ends it."""

    def __init__(
        self, chat: TeamsConversation, receipt: Receipt, pace: Pace, opening: str, acts: Acts
    ) -> None:
        super().__init__(chat, receipt, pace.edits, opening)
        self._chat = chat
        self._receipt = receipt
        self._acts = acts
        self._explanation = ExplanationBuilder()

    async def show(self, event: BaseEvent) -> None:
        """Take one agent event into the answer, and into why it is as it is."""
        self._explanation.take(event)
        await super().show(event)

    async def __aenter__(self) -> Self:
        await self._chat.show_typing()
        return await super().__aenter__()

    def _so_far(self) -> str:
        return self._draft.placeholder

    async def _finish(self) -> None:
        self._chat.dressing = Dressing.of(self._draft)
        await self._messages.show(self._draft.final(numbered=True), final=True)
        if self._chat.dressing is not None:
            await self._note()

    async def _note(self) -> None:
        """Note which messages show the answer, and why; without that its thumbs tell nothing."""
        if explanation := self._explanation.result:
            try:
                await self._acts.explain(explanation)
            except (BotoCoreError, ClientError) as error:
                _log.warning("an answer can't be explained later: %s", type(error).__name__)
        for message in SEPARATORS.split(self._receipt.message or ""):
            try:
                await self._acts.note(message.removeprefix(STREAM).removesuffix(FINAL))
            except (BotoCoreError, ClientError) as error:
                _log.warning("an answer's message isn't noted: %s", type(error).__name__)


class StreamedAnswer(DressedAnswer):
    """An answer in a personal chat: what is done, the text as it grows, the whole in the end."""

    def __init__(
        self, chat: StreamedConversation, receipt: Receipt, pace: Pace, opening: str, acts: Acts
    ) -> None:
        super().__init__(chat, receipt, pace, opening, acts)
        self._stream = chat
        self._stream_pace = pace.stream

    async def __aenter__(self) -> Self:
        return await PostedAnswer.__aenter__(self)  # a stream shows by itself that it is written

    def _so_far(self) -> str:
        return self._draft.so_far()

    async def _finish(self) -> None:
        if not self._stream.stopped:
            await super()._finish()

    async def _keep_editing(self) -> None:
        """Stream until two minutes are nearly over or Teams says no, then edit."""
        message = self._receipt.message
        if message and message.startswith(STREAM) and self._stream.streams:
            try:
                await self._keep_streaming(message.removesuffix(FINAL))
            except StreamStopped:
                await self._stop_turn()
                return
            except StreamOver as error:
                _log.info("an answer is no stream any more: %s", error)
            except PlatformRefused as error:
                _log.warning("this answer can't be shown while it is written: %s", error)
                return
        if not self._closing.is_set():
            await super()._keep_editing()

    async def _keep_streaming(self, message: str) -> None:
        sent, pause = (THINKING, False), self._stream_pace
        while not self._closing.is_set() and self._stream.streams:
            now = await self._to_show(sent)
            if now == sent:
                await self._changed_within(self._stream.left)
                continue
            text, is_answer = now
            try:
                await shown(
                    self._receipt,
                    lambda: self._stream.go_on(message, text, informative=not is_answer),  # noqa: B023
                )
            except PlatformUnavailable as error:
                _log.info("an update did not arrive: %s", error)
                asked = error.again.seconds if isinstance(error.again, After) else 0.0
                pause = max(asked, pause * 2)
            else:
                sent, pause = now, self._stream_pace
            await self._closing_within(pause * max(1.0, len(text) / LARGE))

    async def _to_show(self, sent: tuple[str, bool]) -> tuple[str, bool]:
        """What is being done, then the text, which has to begin with what was sent of it."""
        text, is_answer = sent
        settled = await rendered(_settled, self._draft.said)
        if settled and (not is_answer or settled.startswith(text)):
            return settled, True
        return sent if is_answer else (self._draft.status, False)

    async def _changed_within(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), max(seconds, 0.0))
        self._changed.clear()

    async def _stop_turn(self) -> None:
        try:
            await self._acts.stop()
        except (BotError, BotoCoreError, ClientError) as error:
            _log.warning("an answer that was stopped goes on unseen: %s", reason(error))


def _settled(text: str) -> str:
    return teams_markdown_of(settled_part(text))
