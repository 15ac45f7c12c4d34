"""The issuer's signing keys, found by its discovery document and kept for a while."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from agent.errors import SigningKeysUnavailableError
from agent.wall_clock import is_older

KEEP_SECONDS = 3600.0
REFETCH_SECONDS = 30.0
"""A token with an unknown key makes us look again, but strangers can't make us do it all day."""


class SigningKeys:
    """A cache of one issuer's JSON Web Key Set; its ages are those of the wall clock.

    :param jwks_uri: where the keys are, if that is known already.
    """

    def __init__(
        self, discovery_url: str, clock: Callable[[], float] = time.time, jwks_uri: str = ""
    ) -> None:
        self._discovery_url = discovery_url
        self._jwks_uri = jwks_uri
        self._clock = clock
        self._keys: KeySet | None = None
        self._fetched = 0.0
        self._lock = asyncio.Lock()

    async def current(self) -> KeySet:
        """The keys, at most an hour old; older ones only while the issuer can't be reached.

        :raises SigningKeysUnavailableError: when there are none yet, and none can be read.
        """
        async with self._lock:
            if self._keys is None or self._is_older(KEEP_SECONDS):
                await self._fetch()
            return self._fetched_keys()

    async def rotated(self) -> KeySet:
        """The keys after a token came with a key id that none of them has."""
        async with self._lock:
            if self._is_older(REFETCH_SECONDS):
                self._jwks_uri = ""
                await self._fetch()
            return self._fetched_keys()

    def _is_older(self, seconds: float) -> bool:
        return is_older(self._fetched, seconds, self._clock())

    def _fetched_keys(self) -> KeySet:
        if self._keys is None:
            raise SigningKeysUnavailableError
        return self._keys

    async def _fetch(self) -> None:
        try:
            async with httpx.AsyncClient(timeout=5) as http:
                if not self._jwks_uri:
                    self._jwks_uri = (await _json(http, self._discovery_url))["jwks_uri"]
                self._keys = KeySet.import_key_set(await _json(http, self._jwks_uri))
        except (httpx.HTTPError, JoseError, KeyError, TypeError, ValueError) as error:
            self._jwks_uri = ""  # the issuer may have moved them: it is asked the next time
            if self._keys is None:
                raise SigningKeysUnavailableError(detail=type(error).__name__) from error
        self._fetched = self._clock()


async def _json(http: httpx.AsyncClient, url: str) -> Any:
    answer = await http.get(url)
    answer.raise_for_status()
    return answer.json()
