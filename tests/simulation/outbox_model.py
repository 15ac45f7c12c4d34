"""The outbox of new links in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from identity.linking.link_outbox import CLAIM
from identity.links import Link
from tests.simulation.outside import DYNAMODB

if TYPE_CHECKING:
    from tests.simulation.process import Process


@dataclass
class OutboxModel:
    """The links that are in it, and when somebody may next be at work on each."""

    now: Callable[[], float]
    links: dict[str, Link] = field(default_factory=dict)
    _at: dict[str, float] = field(default_factory=dict)

    def add(self, link: Link) -> None:
        self.links[link.chat_user.key] = link
        self._at[link.chat_user.key] = self.now()

    def due(self) -> list[Link]:
        return [link for key, link in self.links.items() if self._at[key] <= self.now()]

    def claim(self, link: Link) -> bool:
        key = link.chat_user.key
        if not self._has(link) or self._at[key] > self.now():
            return False
        self._at[key] = self.now() + CLAIM.total_seconds()
        return True

    def begin_receipt(self, link: Link) -> bool:
        if not self._has(link) or self.links[link.chat_user.key].receipt_sent:
            return False
        self.links[link.chat_user.key] = replace(link, receipt_sent=True)
        return True

    def take_back_receipt(self, link: Link) -> None:
        if self._has(link):
            self.links[link.chat_user.key] = replace(link, receipt_sent=False)

    def done(self, link: Link) -> None:
        if self._has(link):
            del self.links[link.chat_user.key]

    def _has(self, link: Link) -> bool:
        found = self.links.get(link.chat_user.key)
        return found is not None and found.linked_at == link.linked_at


class OutboxClient:
    """As one process sees it."""

    def __init__(self, process: "Process", model: OutboxModel) -> None:
        self._process, self._model = process, model

    async def due(self) -> Any:
        return await self._call("due")

    async def claim(self, link: Link) -> Any:
        return await self._call("claim", link)

    async def begin_receipt(self, link: Link) -> Any:
        return await self._call("begin_receipt", link)

    async def take_back_receipt(self, link: Link) -> Any:
        return await self._call("take_back_receipt", link)

    async def done(self, link: Link) -> Any:
        return await self._call("done", link)

    async def _call(self, name: str, *links: Link) -> Any:
        effect = partial(getattr(self._model, name), *links)
        return await self._process.outside(f"outbox {name}", effect, DYNAMODB)
