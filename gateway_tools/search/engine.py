"""One search: from memory, within the rate, asked at most twice, cleaned."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from gateway_tools.search.provider import Found, Provider, Query, SearchDown
from gateway_tools.search.result_text import Page, page

REMEMBERED_SECONDS = 300.0
REMEMBERED_QUERIES = 128
PAUSE_SECONDS = 0.3


class TooMany(Exception):
    """The process has searched as often as it may.

    :param seconds: until the next search is free.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__("too many searches")
        self.seconds = seconds


class Search:
    """A provider behind a memory and a rate limit; safe to use from several threads.

    :param per_minute: how many searches may reach the provider in any minute.
    """

    def __init__(
        self,
        provider: Provider,
        per_minute: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.provider = provider
        self._per_minute = per_minute
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._asked: deque[float] = deque()
        self._remembered: OrderedDict[Query, tuple[float, list[Page]]] = OrderedDict()

    def find(self, query: Query) -> list[Page]:
        """The pages that may be shown, best first.

        :raises SearchDown: when the provider gave no answer, twice where that may help.
        :raises TooMany: when the rate is used up.
        """
        known = self._recall(query)
        if known is not None:
            return known
        pages = _shown(self._ask(query))[: query.max_results]
        self._remember(query, pages)
        return pages

    def _ask(self, query: Query) -> list[Found]:
        try:
            return self._ask_once(query)
        except SearchDown as error:
            if not error.retry:
                raise
        self._sleep(PAUSE_SECONDS)
        return self._ask_once(query)

    def _ask_once(self, query: Query) -> list[Found]:
        with self._lock:
            now = self._clock()
            while self._asked and now - self._asked[0] >= 60:  # noqa: PLR2004 - a minute
                self._asked.popleft()
            if len(self._asked) >= self._per_minute:
                raise TooMany(60 - (now - self._asked[0]))
            self._asked.append(now)
        return list(self.provider.find(query))

    def _recall(self, query: Query) -> list[Page] | None:
        with self._lock:
            known = self._remembered.get(query)
            if known and self._clock() - known[0] < REMEMBERED_SECONDS:
                return known[1]
        return None

    def _remember(self, query: Query, pages: list[Page]) -> None:
        with self._lock:
            self._remembered[query] = (self._clock(), pages)
            self._remembered.move_to_end(query)
            if len(self._remembered) > REMEMBERED_QUERIES:
                self._remembered.popitem(last=False)


def _shown(found: list[Found]) -> list[Page]:
    """The harmless pages, each once."""
    pages: dict[str, Page] = {}
    for item in found:
        shown = page(item)
        if shown:
            pages.setdefault(shown.address, shown)
    return list(pages.values())
