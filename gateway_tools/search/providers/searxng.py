"""A SearXNG instance of one's own, with its JSON format switched on."""

from collections.abc import Sequence

from gateway_tools.errors import SearchUnavailable
from gateway_tools.search.provider_interface import (
    Option,
    Provider,
    ProviderSettings,
    Query,
    SearchResult,
    iso_country,
)
from gateway_tools.search.providers.json_api_client import JsonApi, pages

_SAFE_SEARCH = {"off": "0", "moderate": "1", "strict": "2"}


class SearXNG:
    """One instance; which engines it asks is its own business."""

    supported_options: frozenset[Option] = frozenset({"region", "recency", "safe_search"})

    def __init__(self, api: JsonApi) -> None:
        self._api = api

    def search(self, query: Query) -> Sequence[SearchResult]:
        """The pages that the instance's engines find."""
        params = {
            "q": query.text,
            "format": "json",
            "safesearch": _SAFE_SEARCH[query.safe_search],
        }
        if query.region:
            country, _, language = query.region.partition("-")
            params["language"] = f"{language}-{iso_country(country)}"
        if query.recency:
            params["time_range"] = query.recency
        content = self._api.get("/search", params)
        found = pages(content.get("results"), "content")
        if not found and content.get("unresponsive_engines"):
            raise SearchUnavailable("no engine answered")
        return found


def provider(settings: ProviderSettings) -> Provider:
    """The instance that the settings name: there is no usual one."""
    if not settings.address:
        raise SearchUnavailable("WEB_SEARCH_ADDRESS is missing", retry=False)
    return SearXNG(JsonApi(settings.address, settings.seconds))
