"""The visible messages of one answer: posted once each, updated from then on."""

import logging

from bots.platform import Receipt
from bots.teams.errors import CallFailed, CallRefused
from bots.teams.outgoing.conversation import Chat
from bots.teams.outgoing.message import formatted

FINAL = "!"
"""In the receipt, behind the id of a message that was posted whole because updates are refused."""

CONTINUED = "…"

_log = logging.getLogger(__name__)


class Posts:
    """One message, or several when the answer is long, in their order.

    Each begins as a placeholder whose id the receipt keeps at once; text comes by updates, and an
    update that is done twice does no harm. So a crash in the one moment between Teams' answer and
    the receipt leaves a lone placeholder behind, but never a second answer.
    """

    def __init__(self, chat: Chat, receipt: Receipt) -> None:
        self._chat = chat
        self._receipt = receipt
        self._known = receipt.message.split() if receipt.message else []
        self._shown: dict[int, str] = {}

    async def open(self, markdown: str) -> None:
        """Make the first message visible at once, unless an earlier attempt did."""
        if not self._known:
            await self._post(0, markdown)

    async def sketch(self, markdown: str) -> None:
        """Show an unfinished answer in the first message.

        :raises CallFailed: when it can't be shown now; nothing is lost by that.
        """
        message = self._known[0]
        if self._shown.get(0) != markdown and not message.endswith(FINAL):
            self._shown.pop(0, None)
            await self._chat.update(message, formatted(markdown))
            self._shown[0] = markdown

    async def paint(self, pieces: list[str], *, final: bool) -> None:
        """Make the messages show ``pieces``, one each.

        :param final: nothing will replace them, not even after a crash.
        :raises CallFailed: when they can't be shown at all.
        """
        for index, piece in enumerate(pieces):
            if index == len(self._known):
                await self._post(index, CONTINUED)
            if self._shown.get(index) != piece and not self._known[index].endswith(FINAL):
                await self._replace(index, piece, final=final)
        for message in self._known[len(pieces) :]:
            await self._take_away(message.removesuffix(FINAL))
        if len(self._known) > len(pieces):
            del self._known[len(pieces) :]
            await self._keep()

    async def _replace(self, index: int, markdown: str, *, final: bool) -> None:
        message = self._known[index]
        try:
            await self._chat.settle(message, formatted(markdown))
            self._shown[index] = markdown
        except CallRefused as error:
            _log.warning("an update was refused, so the text is posted anew: %s", error)
            await self._post(index, markdown, mark=FINAL if final else "")
            await self._take_away(message)

    async def _post(self, index: int, markdown: str, mark: str = "") -> None:
        message = await self._chat.post(formatted(markdown))
        self._known[index : index + 1] = [f"{message}{mark}"]
        await self._keep()
        self._shown[index] = markdown

    async def _take_away(self, message: str) -> None:
        try:
            await self._chat.delete(message)
        except CallFailed as error:
            _log.warning("a message that is no longer needed stays: %s", error)

    async def _keep(self) -> None:
        await self._receipt.keep(" ".join(self._known))
