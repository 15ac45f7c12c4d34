"""Where one answer is shown in Slack: a direct message, or a channel's thread."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import ClassVar, TypeVar

from bots.answer.markdown.splitting import split
from bots.answer.markdown.threaded_rendering import rendered
from bots.errors import FormRefused, MessageGone, MessageTooLong
from bots.platform import Lease
from bots.slack.incoming.payloads import IncomingMessage
from bots.slack.outgoing.answer.answer_stream import AnswerStream
from bots.slack.outgoing.answer.final_blocks import final_content
from bots.slack.outgoing.answer.stepped_draft import SteppedDraft
from bots.slack.outgoing.message import PIECE, Content, content, plain_content, with_stop
from bots.slack.outgoing.web_api import WebApi

STREAM = "~"
"""Behind the id of a message that may be an open stream."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


class SlackChannel:
    """Implements :class:`bots.answer.answer_messages.MessageChannel`.

    :param turn: what the markers of its posts are derived from.
    :param stream: what the first message is while it is written, where it can be one.
    :param opening: what that message says before there is anything to say.
    :param lease: held before each call that follows another one, since time has passed by then.
    :param draft: the answer, whose last edit shows its steps, and buttons to judge it.
    :param lease: held once more between sealing a stream and editing what it has become.
    """

    limit: ClassVar = PIECE
    finds_posts: ClassVar = True
    edited_while_written: ClassVar[int | None] = None

    def __init__(
        self,
        api: WebApi,
        incoming: IncomingMessage,
        turn: str,
        *,
        stream: AnswerStream | None = None,
        opening: str = "",
        draft: SteppedDraft | None = None,
        lease: Lease | None = None,
    ) -> None:
        self._api = api
        self._incoming = incoming
        self._turn = turn
        self._stream = stream
        self._opening = opening
        self._draft = draft
        self._lease = lease
        self._stoppable: str | None = None

    async def post(self, part: int, markdown: str) -> str:
        """Post a message that :meth:`find` can find; its id is its timestamp."""
        # What is said later, in place of a message that is gone, has to be seen at once.
        stream = self._stream if part == 0 and markdown == self._opening else None
        if stream is not None and (begun := await stream.open()):
            return f"{begun}{STREAM}"
        whole = await self._whole(markdown)
        return await _taken(markdown, lambda message: self._post(part, message), whole)

    async def update(self, message: str, markdown: str, *, final: bool) -> None:
        """Edit a message, or let the stream that it is grow."""
        ts = await self._editable(message, final=final)
        if ts is not None:
            place = self._incoming.channel
            whole = await self._whole(markdown) if final else None

            async def edit(new: Content) -> None:
                await self._hold()
                await self._api.update(place, ts, new, final=final)

            await _taken(markdown, edit, whole)

    async def delete(self, message: str) -> None:
        """Delete a message."""
        ts = await self._sealed(message)
        await self._hold()
        await self._api.delete(self._incoming.channel, ts)

    async def find(self, part: int) -> str | None:
        """The post with this part's marker; no message of an answer is older than its question."""
        found = await self._api.find(
            self._incoming.channel,
            marker(self._turn, part),
            thread=self._incoming.thread,
            since=self._incoming.ts,
        )
        return f"{found.ts}{STREAM if found.streamed else ''}" if found else None

    def stoppable(self, sentence: str) -> str:
        """The sentence as it is; below it there will be a button."""
        self._stoppable = sentence
        return sentence

    async def _whole(self, markdown: str) -> Content | None:
        """What a piece of the finished answer, or of what is tried again, shows beside its text.

        None for any other words.
        """
        if markdown == self._stoppable:
            return with_stop(await rendered(content, markdown), self._turn)
        if self._draft is None or not self._draft.finished:
            return None
        pieces = await rendered(lambda text: split(text, self.limit), self._draft.final())
        if markdown not in pieces:
            return None
        steps = self._draft.steps.of_tools if markdown == pieces[0] else ()
        judged = self._turn if markdown == pieces[-1] else None
        return await rendered(partial(final_content, steps=steps, judged=judged), markdown)

    async def _editable(self, message: str, *, final: bool) -> str | None:
        """The timestamp of a message that is to be edited; None when its stream has grown."""
        ts = message.removesuffix(STREAM)
        if message != ts and not final and self._stream and await self._stream.grow(ts):
            return None
        return await self._sealed(message)

    async def _sealed(self, message: str) -> str:
        ts = message.removesuffix(STREAM)
        if self._stream and message != ts:
            await self._hold()
            await self._stream.seal(ts)
            if self._lease:
                await self._lease.hold()
        return ts

    async def _hold(self) -> None:
        """:raises Superseded: when the turn may be somebody else's by now."""
        if self._lease is not None:
            await self._lease.hold()

    async def _post(self, part: int, message: Content) -> str:
        await self._hold()
        return await self._api.post(
            self._incoming.channel,
            message,
            thread=self._incoming.thread,
            marker=marker(self._turn, part),
        )


def marker(turn: str, part: int) -> str:
    """What a message of a turn's answer is found by."""
    return f"{turn}/{part}"


async def _taken(
    markdown: str, send: Callable[[Content], Awaitable[T]], best: Content | None = None
) -> T:
    """Send Markdown in the form that Slack takes, the best one first."""
    if best is not None:
        try:
            return await send(best)
        except MessageGone:
            raise
        except FormRefused as error:
            _log.warning("an answer is shown without its blocks: %s", error)
    try:
        return await send(await rendered(content, markdown))
    except MessageGone:
        raise
    except FormRefused as error:
        _log.warning("a message is sent as plain text: %s", error)
        plain = await rendered(plain_content, markdown)
        if plain is None:
            raise MessageTooLong(f"no block, and too long a text: {error}") from error
        return await send(plain)
