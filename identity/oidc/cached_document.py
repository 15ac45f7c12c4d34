"""A JSON document that somebody publishes: fetched when first asked for, then kept for a while."""

import asyncio
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import httpx2

from identity.errors import SignInUnavailable
from identity.suspend_aware_clock import monotonic

RETRY_PAUSE = 1.0
"""Seconds after a failure in which nobody else waits for the same time-out."""

NEVER = float("-inf")

T = TypeVar("T")


class CachedDocument(Generic[T]):
    """One document at one address.

    :param read: makes it what we use; raises ValueError (or KeyError, TypeError) where it can't.
    """

    def __init__(
        self, http: httpx2.AsyncClient, url: str, read: Callable[[dict[str, Any]], T]
    ) -> None:
        self.url = url
        self.latest: T | None = None
        self._http = http
        self._read = read
        self._fetched = NEVER
        self._failed = NEVER
        self._lock = asyncio.Lock()

    async def get(self, *, younger_than: float) -> T:
        """The document as it was at most ``younger_than`` seconds ago.

        :raises SignInUnavailable: when it can't be had, or read.
        """
        async with self._lock:
            if self.latest is None or monotonic() - self._fetched > younger_than:
                self.latest = await self._fetch()
                self._fetched = monotonic()
            return self.latest

    async def _fetch(self) -> T:
        if monotonic() - self._failed < RETRY_PAUSE:
            raise SignInUnavailable(f"{self.url}: failed a moment ago")
        try:
            response = await self._http.get(self.url)
            response.raise_for_status()
            return self._read(response.json())
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            self._failed = monotonic()
            raise SignInUnavailable(f"{self.url}: {type(error).__name__}") from None
