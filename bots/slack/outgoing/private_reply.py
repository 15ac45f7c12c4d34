"""An answer that only its asker sees, told by messages of its own that are never edited."""

import hashlib
from types import TracebackType
from typing import Self

from ag_ui.core import BaseEvent

from bots.answer.draft import Draft
from bots.answer.splitting import split
from bots.platform import Receipt
from bots.slack.incoming.payloads import IncomingMessage
from bots.slack.outgoing.message import PIECE, content, question_line
from bots.slack.outgoing.private_message import PrivateMessages


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
            for piece in split(self._draft.final(), PIECE)[self._delivered :]:
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
