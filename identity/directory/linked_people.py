"""Linked people: every link there is, to search, sort and page through."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from identity.links import Link, Links
from identity.people import ChatUser
from identity.suspend_aware_clock import monotonic

FRESH = 5.0
"""Seconds after which a reading of the whole table is renewed, while the last one still serves."""

STALE = 30.0
"""Seconds after which nobody is shown it any more; who looks waits for a new one."""
PAGE = 50
SORTS = {
    "account": lambda link: (link.account.lower(), link.chat_user.key),
    "platform": lambda link: (link.chat_user.platform, link.account.lower()),
    "linked": lambda link: (-link.linked_at.timestamp(), link.chat_user.key),
    "seen": lambda link: (-(link.last_seen or link.linked_at).timestamp(), link.chat_user.key),
}


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the links that were asked for.

    :param total: how many there are in all.
    :param number: which page it is, from 1.
    """

    links: Sequence[Link]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-self.total // PAGE))


class LinkedPeople:
    """Everybody who is or was linked, as of some seconds ago.

    The whole table is read at once and kept for a moment: a company's links are some megabytes,
    and whoever searches looks at several pages in a row. What an administrator changes here is
    seen at once.
    """

    def __init__(self, links: Links) -> None:
        self._links = links
        self._read: dict[str, Link] = {}
        self._changed_meanwhile: dict[str, Link] = {}
        self._read_at = float("-inf")
        self._reload_task: asyncio.Task[None] | None = None

    async def everybody(self) -> Sequence[Link]:
        """Every link, in no order."""
        age = monotonic() - self._read_at
        if age > FRESH and self._reload_task is None:
            self._reload_task = asyncio.create_task(self._reload())
            self._reload_task.add_done_callback(self._reloaded)
        if age > STALE and self._reload_task:
            # Others wait for the same reading, so one of them giving up must not end it.
            await asyncio.shield(self._reload_task)
        return list(self._read.values())

    async def changed(self, chat_user: ChatUser) -> None:
        """What was read of this one is out of date, and what is being read may be as well."""
        link = await self._links.get(chat_user)
        if link:
            self._read[chat_user.key] = self._changed_meanwhile[chat_user.key] = link

    async def _reload(self) -> None:
        meanwhile: dict[str, Link] = {}
        self._changed_meanwhile = meanwhile
        read = await self._links.everybody()
        self._read = {link.chat_user.key: link for link in read} | meanwhile
        self._read_at = monotonic()

    def _reloaded(self, task: asyncio.Task[None]) -> None:
        if self._reload_task is task:
            self._reload_task = None
        if not task.cancelled():
            task.exception()  # whoever waited has it; the next page tries again


def searched(links: Sequence[Link], words: str, sort: str = "account") -> list[Link]:
    """The links in which every word occurs, sorted by one of :data:`SORTS`."""
    wanted = words.casefold().split()
    found = [link for link in links if _matches(link, wanted)]
    return sorted(found, key=SORTS.get(sort, SORTS["account"]))


def page(links: Sequence[Link], number: int) -> Page:
    """One page of ``links``; the last one when there are fewer."""
    number = min(max(1, number), Page(links, len(links), 1).pages)
    return Page(links[(number - 1) * PAGE : number * PAGE], len(links), number)


def _matches(link: Link, words: Sequence[str]) -> bool:
    parts = (
        link.account,
        link.chat_user.platform,
        link.chat_user.tenant,
        link.chat_user.user,
        link.names.user,
        link.names.workspace,
        link.state,
        link.subject,
    )
    text = " ".join(parts).casefold()
    return all(word in text for word in words)
