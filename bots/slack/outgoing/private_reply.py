"""An answer that only its asker sees, told by messages of its own that are never edited."""

import hashlib
import logging
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self, cast

from ag_ui.core import BaseEvent
from botocore.exceptions import BotoCoreError, ClientError

from bots.answer.answer_messages import AnswerMessages
from bots.answer.markdown.threaded_rendering import rendered
from bots.answer.shown_call import shown
from bots.errors import FormRefused, PlatformUnavailable
from bots.platform import Receipt, Turn
from bots.slack.incoming.payloads import IncomingMessage
from bots.slack.outgoing.answer.answer_buttons import Block, explanation_menu, feedback_block
from bots.slack.outgoing.answer.final_blocks import text_blocks
from bots.slack.outgoing.answer.stepped_draft import SteppedDraft
from bots.slack.outgoing.answer.threaded_reply import Explain
from bots.slack.outgoing.message import (
    BY_DIRECT_MESSAGE,
    UNCONFIRMED,
    Content,
    content,
    fits_one_message,
    question_line,
    whole_content,
    with_stop,
)
from bots.slack.outgoing.modals.share_modal import share_button
from bots.slack.outgoing.private_message import PrivateMessages
from bots.slack.shareable_answers import ShareableAnswer, ShareableAnswers

State = Literal["", "begun", "sending", "sent", "direct"]

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class PrivateReceipt:
    """What the turn's receipt says of a private answer.

    It is the receipt of the answer's direct messages, too.

    :param state: ``begun``: the question was repeated; ``sending``: the answer is on its way, and
        nobody can look whether it has arrived; ``sent``; ``direct``: it goes by direct message.
    :param last_said: a digest of the sentence that was said last instead of an answer.
    :param direct: the ids of the direct messages.
    """

    receipt: Receipt
    state: State = ""
    last_said: str = ""
    direct: str = ""

    @classmethod
    def read(cls, receipt: Receipt) -> Self:
        """The receipt as an earlier attempt has left it."""
        state, last_said, direct = (*(receipt.message or "").split(":", 2), "", "")[:3]
        return cls(receipt, cast("State", state), last_said, direct)

    @property
    def message(self) -> str | None:
        """The ids of the direct messages; None when there is none yet."""
        return self.direct or None

    @property
    def fresh(self) -> bool:
        """Whether nobody else has begun to answer the turn before."""
        return self.receipt.fresh

    async def hold(self) -> None:
        """As the turn's receipt does."""
        await self.receipt.hold()

    async def keep(self, message: str) -> None:
        """Store the ids of the direct messages."""
        self.direct = message
        await self.move(self.state)

    async def move(self, state: State) -> None:
        """Store how far it has come."""
        self.state = state
        await self.receipt.keep(f"{state}:{self.last_said}:{self.direct}")


class PrivateReply:
    """An answer to a slash command, or to a mention where answers are private.

    Slack neither shows a command again nor lets a response to it be edited: its address posts anew
    each time (bolt-js#2287, bolt-python#1268) and takes five messages in thirty minutes. So the
    first message repeats the question, and the next one is the whole answer, or says that it is
    too long for one and comes by direct message.

    Nobody can look whether such a response has arrived, so each is sent once; an answer of which
    that isn't known comes by direct message as well, where it can be looked for.
    """

    def __init__(
        self,
        private: PrivateMessages,
        incoming: IncomingMessage,
        turn: Turn,
        receipt: Receipt,
        shareable: ShareableAnswers,
        *,
        explain: Explain,
    ) -> None:
        self._private = private
        self._incoming = incoming
        self._turn = turn.id
        self._asker = turn.chat_user
        self._shareable = shareable
        self._explain = explain
        self._receipt = PrivateReceipt.read(receipt)
        self._draft = SteppedDraft()
        self._said = False

    async def __aenter__(self) -> Self:
        if not self._receipt.state:
            await self._receipt.move("begun")
            await self._send(question_line(self._incoming.text), back="")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # In the direct messages what waits has its own message, with the buttons.
        there = self._incoming.kind != "command"
        if error is None and not self._said and not (there and self._draft.only_waits):
            await self._answer(self._draft.final(numbered=True))

    async def show(self, event: BaseEvent) -> None:
        """Take one agent event into the answer."""
        self._draft.take(event)

    async def say(self, sentence: str, *, stoppable: bool = False) -> None:
        """Tell one sentence instead of an answer, unless an earlier attempt said the same."""
        self._said = True
        digest = hashlib.sha256(sentence.encode()).hexdigest()[:16]
        if digest != self._receipt.last_said:
            message = content(sentence)
            message = with_stop(message, self._turn) if stoppable else message
            await self._send(message, back=self._receipt.state)
            self._receipt.last_said = digest
            await self._receipt.move(self._receipt.state)

    async def _answer(self, markdown: str) -> None:
        await self._explain(self._draft)
        if self._receipt.state == "begun" and self._incoming.kind == "command":
            await self._by_response(markdown)
        elif self._receipt.state == "begun":
            await self._receipt.move("direct")
        if self._receipt.state == "sending":
            markdown = f"{UNCONFIRMED}\n\n{markdown}"
        if self._receipt.state != "sent":
            await self._by_direct_message(markdown)

    async def _by_response(self, markdown: str) -> None:
        """Answer where the command was sent, or say there where the answer will be."""
        if not await rendered(fits_one_message, markdown):
            await self._receipt.move("direct")
            await self._send(content(BY_DIRECT_MESSAGE), back="begun")
            return
        extra = await self._extra(markdown)
        await self._receipt.move("sending")
        if await self._send_whole(markdown, extra):
            await self._receipt.move("sent")

    async def _extra(self, markdown: str) -> list[Block]:
        """The buttons below a finished answer: to judge it, and in a channel to share it."""
        if not self._draft.finished:
            return []
        buttons = [feedback_block(self._turn), *explanation_menu(self._turn)]
        channel = self._incoming.shared_channel
        if channel is None:
            return buttons
        answer = ShareableAnswer(channel, self._incoming.text, markdown)
        try:
            await self._shareable.keep(self._turn, self._asker, answer)
        except (BotoCoreError, ClientError) as error:
            _log.warning("%s can't be shared later: %s", self._turn, type(error).__name__)
            return buttons
        return [*buttons, share_button(self._turn)]

    async def _send_whole(self, markdown: str, extra: list[Block]) -> bool:
        whole = await rendered(whole_content, markdown)
        blocks = [*await rendered(text_blocks, markdown), *extra]
        try:
            return await self._send({**whole, "blocks": blocks}, back="begun")
        except FormRefused as error:
            _log.warning("a private answer is shown without its blocks: %s", error)
            return await self._send(whole, back="begun")

    async def _by_direct_message(self, markdown: str) -> None:
        place = await self._private.direct_messages(self._incoming, self._turn)
        messages = AnswerMessages(place, self._receipt)
        await messages.show(markdown, final=True)

    async def _send(self, message: Content, *, back: State) -> bool:
        """Send a message once; False when nobody knows whether it has arrived.

        :param back: what the receipt says again when it certainly hasn't.
        :raises PlatformUnavailable: then.
        """
        try:
            await shown(self._receipt, lambda: self._private.send(self._incoming, message))
        except PlatformUnavailable as error:
            if error.taken:
                _log.warning("a private message may have arrived, or not: %s", error)
                return False
            await self._receipt.move(back)
            raise
        return True
