"""One search: from the cache, within the rate limit, asked at most twice, sanitised."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from gateway_tools.errors import RateLimited, SearchUnavailable
from gateway_tools.search.provider_interface import Provider, Query, SearchResult
from gateway_tools.search.result_sanitizer import Page, sanitized

CACHED_SECONDS = 300.0
CACHED_QUERIES = 128
PAUSE_SECONDS = 0.3
TOO_MANY = "There were too many web searches in the last minute."


class CachedSearch:
    """A provider behind a cache and a rate limit; safe to use from several threads.

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
        self._cache: OrderedDict[Query, tuple[float, list[Page]]] = OrderedDict()

    def search(self, query: Query) -> list[Page]:
        """The pages that may be shown, best first.

        :raises SearchUnavailable: when the provider gave no answer, twice where that may help.
        :raises RateLimited: when the rate is used up.
        """
        known = self._cached(query)
        if known is not None:
            return known
        pages = _sanitized(self._ask(query))[: query.max_results]
        self._store(query, pages)
        return pages

    def _ask(self, query: Query) -> list[SearchResult]:
        try:
            return self._ask_once(query)
        except SearchUnavailable as error:
            if not error.retry:
                raise
        self._sleep(PAUSE_SECONDS)
        return self._ask_once(query)

    def _ask_once(self, query: Query) -> list[SearchResult]:
        with self._lock:
            now = self._clock()
            while self._asked and now - self._asked[0] >= 60:  # noqa: PLR2004 - a minute
                self._asked.popleft()
            if len(self._asked) >= self._per_minute:
                raise RateLimited(TOO_MANY, 60 - (now - self._asked[0]))
            self._asked.append(now)
        return list(self.provider.search(query))

    def _cached(self, query: Query) -> list[Page] | None:
        with self._lock:
            known = self._cache.get(query)
            if known and self._clock() - known[0] < CACHED_SECONDS:
                return known[1]
        return None

    def _store(self, query: Query, pages: list[Page]) -> None:
        with self._lock:
            self._cache[query] = (self._clock(), pages)
            self._cache.move_to_end(query)
            if len(self._cache) > CACHED_QUERIES:
                self._cache.popitem(last=False)


def _sanitized(found: list[SearchResult]) -> list[Page]:
    """The harmless pages, each once."""
    pages: dict[str, Page] = {}
    for item in found:
        shown = sanitized(item)
        if shown:
            pages.setdefault(shown.address, shown)
    return list(pages.values())
