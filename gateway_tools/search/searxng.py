"""A SearXNG instance of one's own, with its JSON format switched on."""

from collections.abc import Sequence

from gateway_tools.search.http import JsonApi, pages
from gateway_tools.search.provider import (
    Found,
    Option,
    Provider,
    Query,
    SearchDown,
    Settings,
    iso_country,
)

_SAFE_SEARCH = {"off": "0", "moderate": "1", "strict": "2"}


class SearXNG:
    """One instance; which engines it asks is its own business."""

    honours: frozenset[Option] = frozenset({"region", "recency", "safe_search"})

    def __init__(self, api: JsonApi) -> None:
        self._api = api

    def find(self, query: Query) -> Sequence[Found]:
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
            raise SearchDown("no engine answered")
        return found


def provider(settings: Settings) -> Provider:
    """The instance that the settings name: there is no usual one."""
    if not settings.address:
        raise SearchDown("WEB_SEARCH_ADDRESS is missing", retry=False)
    return SearXNG(JsonApi(settings.address, settings.seconds))
