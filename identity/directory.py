"""The directory: every link there is, to search, sort and page through."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

from identity.links import Link, Links

FRESH = 5.0
"""Seconds that a reading of the whole table is believed; an administrator's own change is seen
at once."""
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


class Directory:
    """Everybody who is or was linked, as of some seconds ago.

    The whole table is read at once and kept for a moment: a company's links are some megabytes,
    and whoever searches looks at several pages in a row.
    """

    def __init__(self, links: Links) -> None:
        self._links = links
        self._read: list[Link] = []
        self._at = float("-inf")
        self._lock = asyncio.Lock()

    async def everybody(self) -> list[Link]:
        """Every link, in no order."""
        async with self._lock:
            if monotonic() - self._at > FRESH:
                self._read = await self._links.everybody()
                self._at = monotonic()
            return self._read

    def changed(self) -> None:
        """What was read is out of date."""
        self._at = float("-inf")


def searched(links: Sequence[Link], words: str, sort: str = "account") -> list[Link]:
    """The links in which every word occurs, sorted by one of :data:`SORTS`."""
    wanted = words.casefold().split()
    found = [link for link in links if _fits(link, wanted)]
    return sorted(found, key=SORTS.get(sort, SORTS["account"]))


def page(links: Sequence[Link], number: int) -> Page:
    """One page of ``links``; the last one when there are fewer."""
    number = min(max(1, number), Page(links, len(links), 1).pages)
    return Page(links[(number - 1) * PAGE : number * PAGE], len(links), number)


def _fits(link: Link, words: Sequence[str]) -> bool:
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
