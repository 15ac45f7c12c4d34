"""Two ways to show an answer: posts that are edited while it is written, or private responses."""

import asyncio
import hashlib
import logging
from contextlib import suppress
from types import TracebackType
from typing import Self

import aiohttp
from ag_ui.core import BaseEvent
from slack_sdk.errors import SlackApiError

from bots.answer.draft import THINKING, Draft
from bots.platform import Receipt
from bots.slack.incoming.payloads import IncomingMessage
from bots.slack.outgoing.message import content, pieces, question_line
from bots.slack.outgoing.posts import Posts
from bots.slack.outgoing.private_message import PrivateMessages

_log = logging.getLogger(__name__)


class PostedReply:
    """An answer in a direct message or a channel's thread, edited in place while it grows.

    ``show`` only takes the event in; one task of this reply's own brings the messages up to date,
    so that a slow Slack never holds up the agent. Nothing of that task is under way any more when
    the final text is painted: an edit that arrived late would undo it.

    :param pace: seconds between two edits; Slack takes about one a second.
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
        await self._stop_painting()
        if error is None and not self._said:
            await self._posts.paint(pieces(self._draft.final()))

    async def show(self, event: BaseEvent) -> None:
        """Take one agent event into the message."""
        self._draft.take(event)
        self._changed.set()

    async def say(self, sentence: str) -> None:
        """Replace everything by one sentence; it stays the last word of this attempt."""
        self._said = True
        await self._stop_painting()
        await self._posts.paint([sentence])

    async def _keep_painting(self) -> None:
        painted = THINKING
        while not self._closing.is_set():
            if (shown := self._draft.so_far()) != painted:
                painted = shown
                await self._try_to_paint(shown)
                await self._closing_within(self._pace)
            else:
                await self._changed.wait()
                self._changed.clear()

    async def _closing_within(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)

    async def _try_to_paint(self, markdown: str) -> None:
        try:
            await self._posts.paint(pieces(markdown))
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            # The next edit, or the final one, carries the whole text again.
            _log.warning("an edit did not reach Slack: %s", type(error).__name__)

    async def _stop_painting(self) -> None:
        self._closing.set()
        self._changed.set()
        if self._painter is not None:
            await self._painter


class PrivateReply:
    """An answer to a slash command, which only its asker sees.

    Slack neither shows the command again nor lets a response to it be edited: its address posts
    anew each time (bolt-js#2287, bolt-python#1268) and takes five messages in thirty minutes. So
    the first message repeats the question, and the next one is the whole answer.

    The receipt counts the pieces of the answer that were delivered and remembers the last sentence
    that was said, so that a redelivered turn repeats neither.
    """

    def __init__(
        self, private: PrivateMessages, incoming: IncomingMessage, receipt: Receipt
    ) -> None:
        self._private = private
        self._incoming = incoming
        self._receipt = receipt
        self._draft = Draft()
        self._said = False
        delivered, _, self._last_said = (receipt.message or "").partition(":")
        self._delivered = int(delivered or 0)

    async def __aenter__(self) -> Self:
        if self._receipt.message is None:
            await self._private.send(self._incoming, question_line(self._incoming.text))
            await self._keep()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None and not self._said:
            for piece in pieces(self._draft.final())[self._delivered :]:
                await self._private.send(self._incoming, content(piece))
                self._delivered += 1
                await self._keep()

    async def show(self, event: BaseEvent) -> None:
        """Take one agent event into the answer."""
        self._draft.take(event)

    async def say(self, sentence: str) -> None:
        """Tell one sentence instead of an answer, unless an earlier attempt said the same."""
        self._said = True
        digest = hashlib.sha256(sentence.encode()).hexdigest()[:16]
        if digest != self._last_said:
            await self._private.send(self._incoming, content(sentence))
            self._last_said = digest
            await self._keep()

    async def _keep(self) -> None:
        await self._receipt.keep(f"{self._delivered}:{self._last_said}")
