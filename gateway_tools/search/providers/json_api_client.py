"""JSON over HTTPS for the providers that have an API."""

from collections.abc import Mapping
from typing import Any

import primp

from gateway_tools.errors import SearchUnavailable
from gateway_tools.search.provider_interface import SearchResult, unavailable


def pages(items: object, snippet: str) -> list[SearchResult]:
    """What an API lists, with its snippets under the name that it gives them.

    :raises SearchUnavailable: when it is no list.
    """
    if not isinstance(items, list):
        raise SearchUnavailable("an answer of another shape", retry=False)
    return [
        SearchResult(*(str(item.get(name) or "") for name in ("title", "url", snippet)))
        for item in items
        if isinstance(item, dict)
    ]


class JsonApi:
    """One provider's API; never follows a redirect, which would carry the key elsewhere."""

    def __init__(self, address: str, seconds: float) -> None:
        self._address = address.rstrip("/")
        self._http = primp.Client(timeout=seconds, follow_redirects=False, cookie_store=False)

    def get(
        self, path: str, params: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The object that ``path`` answers.

        :raises SearchUnavailable: when it answers anything else, or not in time.
        """
        return self._ask("GET", path, params=params, headers=headers)

    def post(self, path: str, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        """The object that ``path`` answers to ``body``, with a bearer key.

        :raises SearchUnavailable: when it answers anything else, or not in time.
        """
        return self._ask("POST", path, json=body, auth_bearer=key)

    def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        try:
            response = self._http.request(method, self._address + path, **request)
            status = response.status_code
            content = response.json() if status == 200 else None  # noqa: PLR2004 - HTTP's OK
        except (primp.PrimpError, ValueError) as error:
            raise SearchUnavailable(type(error).__name__) from None
        if not isinstance(content, dict):
            raise unavailable(status)
        return content
