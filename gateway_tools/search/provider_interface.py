"""What is asked of a search provider, and what it answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from gateway_tools.errors import SearchUnavailable

Recency = Literal["day", "week", "month", "year"]
SafeSearch = Literal["strict", "moderate", "off"]
Option = Literal["region", "recency", "safe_search"]

_TRANSIENT = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Query:
    """One question to a search provider.

    :param region: country and language, such as ``us-en``; None for the provider's own choice.
    """

    text: str
    max_results: int = 5
    region: str | None = None
    recency: Recency | None = None
    safe_search: SafeSearch = "moderate"


def iso_country(country: str) -> str:
    """The country of a region as ISO 3166 writes it; DuckDuckGo's regions say ``uk``."""
    return "GB" if country == "uk" else country.upper()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A page as the provider names it: not yet cleaned, not yet known to be harmless."""

    title: str
    address: str
    snippet: str


def unavailable(status: int) -> SearchUnavailable:
    """The outage that an HTTP status tells of; too many requests and server troubles pass."""
    return SearchUnavailable(f"status {status}", retry=status in _TRANSIENT)


class Provider(Protocol):
    """Where a search is asked."""

    @property
    def supported_options(self) -> frozenset[Option]:
        """The options that this provider knows; the tool says when one was not applied."""

    def search(self, query: Query) -> Sequence[SearchResult]:
        """The pages found, best first; none when there are none.

        :raises SearchUnavailable: when the provider gave no answer.
        """


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """What a provider is made from.

    :param address: where the provider is, when not at its usual address.
    :param key: reads the provider's API key when it is needed.
    :param seconds: how long one request may take.
    """

    address: str | None
    key: Callable[[], str]
    seconds: float
