"""The visible messages of one answer in a channel: posted once each, updated from then on."""

from bots.platform import Receipt
from bots.slack.outgoing.message import content
from bots.slack.outgoing.web_api import MessageGone, WebApi

ANNOUNCED = "?"
"""In the receipt, in place of a timestamp: this message is being posted at this moment."""


class Posts:
    """One message, or several when the answer is long, in their order.

    The receipt names them all. A message is announced there before it is posted, so that a crash
    between "Slack took it" and "we know its id" is seen by the next attempt, which then looks for
    the message by its marker before it posts again.

    :param turn: what the markers are derived from.
    :param since: the question's timestamp; no message of its answer is older.
    """

    def __init__(
        self,
        api: WebApi,
        receipt: Receipt,
        *,
        turn: str,
        channel: str,
        thread: str | None,
        since: str,
    ) -> None:
        self._api = api
        self._receipt = receipt
        self._turn = turn
        self._channel = channel
        self._thread = thread
        self._since = since
        self._known = receipt.message.split(",") if receipt.message else []
        self._shown: dict[int, str] = {}

    async def open(self, markdown: str) -> None:
        """Make the first message visible at once, or find those of an earlier attempt."""
        await self._settle_announced()
        if not self._known:
            await self._append(markdown)

    async def paint(self, pieces: list[str]) -> None:
        """Make the messages show ``pieces``, one each; what shows its piece already is left."""
        await self._settle_announced()
        for index, piece in enumerate(pieces):
            if index == len(self._known):
                await self._append(piece)
            elif self._shown.get(index) != piece:
                await self._replace(index, piece)
        for ts in self._known[len(pieces) :]:
            await self._api.delete(self._channel, ts)
        if len(self._known) > len(pieces):
            self._known = self._known[: len(pieces)]
            await self._keep()

    async def _append(self, markdown: str) -> None:
        index = len(self._known)
        self._known.append(ANNOUNCED)
        await self._keep()
        await self._post(index, markdown)

    async def _replace(self, index: int, markdown: str) -> None:
        try:
            await self._api.update(self._channel, self._known[index], content(markdown))
            self._shown[index] = markdown
        except MessageGone:
            await self._post(index, markdown)

    async def _post(self, index: int, markdown: str) -> None:
        self._known[index] = await self._api.post(
            self._channel,
            content(markdown),
            thread=self._thread,
            marker=self._marker(index),
        )
        await self._keep()
        self._shown[index] = markdown

    async def _settle_announced(self) -> None:
        if ANNOUNCED not in self._known:
            return
        index = self._known.index(ANNOUNCED)
        found = await self._api.find(
            self._channel, self._marker(index), thread=self._thread, since=self._since
        )
        self._known[index:] = [found] if found else []
        await self._keep()

    async def _keep(self) -> None:
        await self._receipt.keep(",".join(self._known))

    def _marker(self, index: int) -> str:
        return f"{self._turn}/{index}"
