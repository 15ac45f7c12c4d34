"""Brave Search's API; needs a key."""

from collections.abc import Sequence

from gateway_tools.search.provider_interface import (
    Option,
    Provider,
    ProviderSettings,
    Query,
    SearchResult,
    iso_country,
)
from gateway_tools.search.providers.json_api_client import JsonApi, pages

_FRESHNESS = {"day": "pd", "week": "pw", "month": "pm", "year": "py"}


class Brave:
    """Brave's web search."""

    supported_options: frozenset[Option] = frozenset({"region", "recency", "safe_search"})

    def __init__(self, api: JsonApi, key: str) -> None:
        self._api = api
        self._key = key

    def search(self, query: Query) -> Sequence[SearchResult]:
        """The pages of Brave's own index."""
        params = {
            "q": query.text,
            "count": str(query.max_results),
            "safesearch": query.safe_search,
        }
        if query.region:
            country, _, params["search_lang"] = query.region.partition("-")
            params["country"] = iso_country(country)
        if query.recency:
            params["freshness"] = _FRESHNESS[query.recency]
        content = self._api.get(
            "/res/v1/web/search", params, headers={"X-Subscription-Token": self._key}
        )
        # Without results Brave leaves the whole part out.
        return pages((content.get("web") or {}).get("results", []), "description")


def provider(settings: ProviderSettings) -> Provider:
    """Brave with the key that the settings name."""
    address = settings.address or "https://api.search.brave.com"
    return Brave(JsonApi(address, settings.seconds), settings.key())
