"""Tavily's search API; needs a key."""

from collections.abc import Sequence

from gateway_tools.search.provider_interface import (
    Option,
    Provider,
    ProviderSettings,
    Query,
    SearchResult,
)
from gateway_tools.search.providers.json_api_client import JsonApi, pages


class Tavily:
    """Tavily's basic search."""

    supported_options: frozenset[Option] = frozenset({"recency"})

    def __init__(self, api: JsonApi, key: str) -> None:
        self._api = api
        self._key = key

    def search(self, query: Query) -> Sequence[SearchResult]:
        """The pages that Tavily finds, each with the part that answers the query."""
        body: dict[str, str | int] = {"query": query.text, "max_results": query.max_results}
        if query.recency:
            body["time_range"] = query.recency
        content = self._api.post("/search", body, self._key)
        return pages(content.get("results"), "content")


def provider(settings: ProviderSettings) -> Provider:
    """Tavily with the key that the settings name."""
    address = settings.address or "https://api.tavily.com"
    return Tavily(JsonApi(address, settings.seconds), settings.key())
