"""The visible messages of one answer: posted once each, edited from then on. No platform's own."""

import logging
import re
from typing import ClassVar, Protocol

from bots.answer.markdown.splitting import split
from bots.answer.markdown.threaded_rendering import rendered
from bots.answer.shown_call import shown
from bots.errors import MessageGone, MessageTooLong, PlatformRefused
from bots.platform import Receipt

ANNOUNCED = "?"
"""In place of an id: this message is being posted at this moment, or was when somebody died."""
FINAL = "!"
"""In the receipt, behind the id of a message that was posted whole because edits are refused."""
CONTINUED = "…"
SMALLEST_PIECE = 500
"""Characters: what isn't taken in pieces of twice as much isn't refused for its length."""
SEPARATORS = re.compile(r"[, ]")
"""Between the ids of a receipt; a space in those of Teams that an earlier version has written."""

_log = logging.getLogger(__name__)


class MessageChannel(Protocol):
    """The few calls by which one answer is shown in one conversation of a platform.

    Every call may raise :class:`~bots.errors.PlatformError`.

    :cvar limit: bytes of Markdown that one message carries.
    :cvar finds_posts: :meth:`find` sees a post whose id was lost.
    :cvar edited_while_written: how many of an answer's messages are kept up to date before its end;
        None for all.
    """

    limit: ClassVar[int]
    finds_posts: ClassVar[bool]
    edited_while_written: ClassVar[int | None]

    async def post(self, part: int, markdown: str) -> str:
        """Show a new message, the answer's ``part`` counted from 0, and return its id."""

    async def update(self, message: str, markdown: str, *, final: bool) -> None:
        """Make the message show something else.

        :param final: nothing follows that would make good what fails.
        :raises MessageGone: when it can't be edited any more.
        """

    async def delete(self, message: str) -> None:
        """Take the message away."""

    async def find(self, part: int) -> str | None:
        """The id of the answer's ``part``, when an earlier attempt has posted it."""

    def stoppable(self, sentence: str) -> str:
        """The sentence that is shown next, with how its asker ends what it says is being tried."""


class AnswerMessages:
    """One message, or several when the answer is long, in their order.

    The receipt names them all. Where a platform can find a post, a message after the first is
    announced there before it is posted: a crash between "the platform took it" and "we know its id"
    is seen by the next attempt, which then looks for the message before it posts again. The first
    needs no announcement: every attempt but the first looks for it. Elsewhere each message
    begins as a placeholder, and text comes by edits, which do no harm when they are done twice:
    such a crash leaves a lone placeholder behind, but never a second answer.
    """

    def __init__(self, channel: MessageChannel, receipt: Receipt) -> None:
        self._channel = channel
        self._receipt = receipt
        self._ids = SEPARATORS.split(receipt.message) if receipt.message else []
        if not self._ids and channel.finds_posts and not receipt.fresh:
            self._ids = [ANNOUNCED]
        self._shown: dict[int, str] = {}
        self._drafted: set[int] = set()

    async def open(self, markdown: str) -> None:
        """Make the first message visible at once, or find those of an earlier attempt.

        :raises PlatformError: when nothing can be shown.
        """
        await self._find_announced()
        if not self._ids:
            await self._append(markdown)

    async def show_draft(self, markdown: str) -> None:
        """Show an unfinished answer, as far as the platform's messages are edited meanwhile.

        :raises PlatformError: when it can't be shown now; nothing is lost by that.
        """
        whole = await self._pieces(markdown, self._channel.limit)
        pieces = whole[: self._channel.edited_while_written]
        await self._find_announced()
        for part, piece in enumerate(pieces):
            if part == len(self._ids):
                await self._append(piece)
            await self._edit(part, piece, final=False)
        if self._channel.edited_while_written is None:
            await self._delete_surplus(len(pieces))

    async def show(self, markdown: str, *, final: bool) -> None:
        """Make the messages show the whole of ``markdown``.

        :param final: nothing will replace it, not even after a crash.
        :raises PlatformError: when it can't be shown at all.
        """
        limit = self._channel.limit
        while True:
            try:
                pieces = await self._pieces(markdown, limit)
                return await self._show_pieces(pieces, final=final)
            except MessageTooLong as error:
                limit //= 2
                if limit < SMALLEST_PIECE:
                    raise
                _log.warning("an answer goes into pieces of %s characters: %s", limit, error)

    async def _show_pieces(self, pieces: list[str], *, final: bool) -> None:
        await self._find_announced()
        for part, piece in enumerate(pieces):
            if part == len(self._ids):
                await self._append(piece if self._channel.finds_posts else CONTINUED)
            try:
                await self._edit(part, piece, final=True)
            except MessageGone as error:
                _log.warning("a message can't be edited, so its text is posted anew: %s", error)
                await self._replace(part, piece, mark=FINAL if final else "")
        await self._delete_surplus(len(pieces))

    @staticmethod
    async def _pieces(markdown: str, limit: int) -> list[str]:
        return await rendered(lambda text: split(text, limit), markdown)

    async def _append(self, markdown: str) -> None:
        part = len(self._ids)
        if self._channel.finds_posts and part:
            self._ids.append(ANNOUNCED)
            await self._keep()
        await self._post(part, markdown)

    async def _replace(self, part: int, markdown: str, *, mark: str) -> None:
        """Post anew what can't be edited; the old message goes first, so that none is left over.

        :raises PlatformUnavailable: when it can't be taken away now.
        """
        try:
            await self._take_away(self._ids[part].removesuffix(FINAL))
        except PlatformRefused as error:
            _log.warning("a message that can't be edited stays: %s", error)
        if self._channel.finds_posts:
            self._ids[part] = ANNOUNCED
            await self._keep()
        await self._post(part, markdown, mark)

    async def _post(self, part: int, markdown: str, mark: str = "") -> None:
        async def post() -> None:
            message = await self._channel.post(part, markdown)
            self._ids[part : part + 1] = [f"{message}{mark}"]
            await self._keep()

        await shown(self._receipt, post)
        self._shown[part] = markdown

    async def _edit(self, part: int, markdown: str, *, final: bool) -> None:
        message = self._ids[part]
        if message == ANNOUNCED:  # an earlier attempt took the old one away, and posted no new one
            await self._post(part, markdown)
            return
        # A draft may be shown in part, and without what only an end has.
        known = self._shown.get(part) == markdown and not (final and part in self._drafted)
        if known or message.endswith(FINAL):
            return
        self._shown.pop(part, None)  # whatever fails below, what is shown is not known then
        await shown(self._receipt, lambda: self._channel.update(message, markdown, final=final))
        self._shown[part] = markdown
        (self._drafted.discard if final else self._drafted.add)(part)

    async def _delete_surplus(self, parts: int) -> None:
        """Take away what the answer doesn't need; what can't be now stays in the receipt."""
        if len(self._ids) == parts:
            return
        try:
            while len(self._ids) > parts:
                if self._ids[-1] != ANNOUNCED:
                    await self._delete(self._ids[-1].removesuffix(FINAL))
                self._ids.pop()
                self._shown.pop(len(self._ids), None)
        finally:
            await self._keep()

    async def _delete(self, message: str) -> None:
        try:
            await self._take_away(message)
        except PlatformRefused as error:
            _log.warning("a message that is no longer needed stays: %s", error)

    async def _take_away(self, message: str) -> None:
        await shown(self._receipt, lambda: self._channel.delete(message))

    async def _find_announced(self) -> None:
        if ANNOUNCED not in self._ids:
            return
        part = self._ids.index(ANNOUNCED)
        found = await self._channel.find(part)
        if found:
            self._ids[part] = found
        elif part == len(self._ids) - 1:
            self._ids.pop()
        if self._ids:
            await self._keep()

    async def _keep(self) -> None:
        await self._receipt.keep(",".join(self._ids))
