"""DuckDuckGo's HTML page, read by ddgs: the default, since it needs no account."""

import math
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ddgs.engines.duckduckgo import Duckduckgo
from ddgs.exceptions import DDGSException
from ddgs.results import TextResult

from gateway_tools.errors import SearchUnavailable
from gateway_tools.search.provider_interface import (
    Option,
    Provider,
    ProviderSettings,
    Query,
    SearchResult,
    unavailable,
)

_SAFE_SEARCH = {"strict": "1", "moderate": "-1", "off": "-2"}
# A page without results comes with either status; so does the check for robots.
_PAGES = (200, 202)
_NO_RESULTS = "//*[contains(@class, 'no-result')]"


class DuckDuckGo:
    """Asks ddgs's engine directly: ``DDGS`` calls an empty page and an outage by one name."""

    supported_options: frozenset[Option] = frozenset({"region", "recency", "safe_search"})

    def __init__(self, engine: "_Engine") -> None:
        self._engine = engine

    def search(self, query: Query) -> Sequence[SearchResult]:
        """The pages on DuckDuckGo's first page of results, without its advertisements."""
        try:
            results = self._engine.search(
                query.text,
                region=query.region or "wt-wt",
                safesearch=query.safe_search,
                timelimit=query.recency[0] if query.recency else None,
            )
        except DDGSException as error:
            raise SearchUnavailable(type(error).__name__) from None
        if results is None:
            raise SearchUnavailable("an empty page")
        return [SearchResult(item.title, _unwrapped(item.href), item.body) for item in results]


def provider(settings: ProviderSettings) -> Provider:
    """DuckDuckGo at its own address, or at the one that a test plays it at."""
    engine = _Engine(timeout=math.ceil(settings.seconds))
    engine.search_url = settings.address or engine.search_url
    return DuckDuckGo(engine)


class _Untouched(TextResult):
    """ddgs unquotes addresses, which changes where some of them lead; we clean them ourselves."""

    def __setattr__(self, name: str, value: str) -> None:
        object.__setattr__(self, name, value)


class _Engine(Duckduckgo):
    @property
    def result_type(self) -> type[TextResult]:
        return _Untouched

    def build_payload(
        self,
        query: str,
        region: str,
        safesearch: str,
        timelimit: str | None,
        page: int = 1,
        **kwargs: str,
    ) -> dict[str, Any]:
        # ddgs leaves DuckDuckGo's safe search (kp) at its default.
        payload = super().build_payload(query, region, safesearch, timelimit, page, **kwargs)
        return {**payload, "kp": _SAFE_SEARCH[safesearch]}

    def request(self, *args: Any, **kwargs: Any) -> str:
        response = self.http_client.request(*args, **kwargs)
        if response.status_code not in _PAGES:
            raise unavailable(response.status_code)
        return str(response.text)

    def extract_results(self, html_text: str) -> list[TextResult]:
        # Results first: a page about robot checks may well carry the words of one.
        results = [item for item in super().extract_results(html_text) if item.href]
        if not results and not self.extract_tree(html_text).xpath(_NO_RESULTS):
            # The check for robots lasts for minutes, and asking again prolongs it.
            raise SearchUnavailable("a page that is neither results nor their absence", retry=False)
        return results


def _unwrapped(href: str) -> str:
    """The address behind DuckDuckGo's redirect (``//duckduckgo.com/l/?uddg=...``)."""
    parts = urlsplit(href)
    if parts.hostname == "duckduckgo.com" and parts.path == "/l/":
        return parse_qs(parts.query).get("uddg", [""])[0]
    return href
