"""The keys by which the Bot Framework signs, fetched without holding up the event loop."""

import asyncio
import json
import logging
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from jwt.algorithms import RSAAlgorithm

from bots.errors import SigningKeysUnavailable, UnauthenticatedRequest

TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
DAY = 24 * 60 * 60
# A token with a key that we don't know makes us look for new ones, but not more often than this.
LOOK_AGAIN = 5 * 60
FAILURE_PAUSE = 5.0
"""Seconds after a failure in which nobody else waits for the same time-out."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key and the channels that it may speak for."""

    public_key: Any
    endorsements: list[str] = field(default_factory=list)


class SigningKeys:
    """The issuer's keys; botframework's own metadata blocks and knows no time-out.

    :param url: the issuer's OpenID configuration.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: dict[str, SigningKey] = {}
        self._fetched = float("-inf")
        self._tried = float("-inf")
        self._fetching = asyncio.Lock()

    async def get(self, key_id: str | None) -> SigningKey:
        """The key named ``key_id``.

        :raises UnauthenticatedRequest: when the issuer has no such key.
        :raises SigningKeysUnavailable: when the issuer's keys can't be fetched.
        """
        if not key_id:
            raise UnauthenticatedRequest("the token names no key")
        if self._must_look(key_id):
            async with self._fetching:
                if self._must_look(key_id):
                    await self._look_again()
        if key_id not in self._keys:
            raise UnauthenticatedRequest("the token is signed by an unknown key")
        return self._keys[key_id]

    def _must_look(self, key_id: str) -> bool:
        return time.monotonic() > self._fetched + DAY or key_id not in self._keys

    async def _look_again(self) -> None:
        pause = LOOK_AGAIN if self._keys else FAILURE_PAUSE
        if time.monotonic() < self._tried + pause:
            if not self._keys:
                raise SigningKeysUnavailable
            return
        self._tried = time.monotonic()
        try:
            self._keys = await _fetch(self._url)
        except (aiohttp.ClientError, TimeoutError, ValueError, KeyError, TypeError) as error:
            _log.warning("the Bot Framework's keys can't be had: %s", type(error).__name__)
            self._tried = time.monotonic()
            if not self._keys:
                raise SigningKeysUnavailable from error
        else:
            self._fetched = self._tried


async def _fetch(url: str) -> dict[str, SigningKey]:
    async with aiohttp.ClientSession(timeout=TIMEOUT, trust_env=True) as http:
        described = await _json(http, url)
        published = await _json(http, described["jwks_uri"])
    return {
        key["kid"]: SigningKey(RSAAlgorithm.from_jwk(json.dumps(key)), key.get("endorsements", []))
        for key in published["keys"]
        if key.get("kty") == "RSA"
    }


async def _json(http: aiohttp.ClientSession, url: str) -> dict[str, Any]:
    async with http.get(url, raise_for_status=True, allow_redirects=False) as answer:
        value = await answer.json()
    if not isinstance(value, dict):
        raise TypeError("not a JSON object")
    return value
