"""The user pool as an OpenID provider: what it publishes of itself, and its keys."""

from typing import Any, Self
from urllib.parse import urlsplit

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, HttpUrl

from identity.errors import SignInUnavailable
from identity.oidc.cached_document import CachedDocument

LIFETIME = 3_600.0
"""Seconds; what the pool publishes changes once in years."""

TIMEOUT = httpx2.Timeout(5.0, connect=2.0)


class ProviderDocument(BaseModel):
    """The part of the discovery document that we use (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: HttpUrl
    token_endpoint: HttpUrl
    jwks_uri: HttpUrl
    end_session_endpoint: HttpUrl | None = None

    @property
    def sign_out_endpoint(self) -> str:
        """Where the pool's own session ends; Cognito's has stood beside ``/oauth2`` all along."""
        return str(
            self.end_session_endpoint or f"{_origin(str(self.authorization_endpoint))}/logout"
        )


class OidcProvider:
    """Reads what the pool publishes (OpenID Connect Discovery 1.0).

    The issuer is a name, not an address: every address comes from the discovery document.
    """

    def __init__(self, *, discovery_url: str, issuer: str) -> None:
        self._issuer = issuer
        self._http = httpx2.AsyncClient(timeout=TIMEOUT, follow_redirects=False)
        self._document = CachedDocument(self._http, discovery_url, self._own_document)
        self._keys: CachedDocument[KeySet] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def document(self) -> ProviderDocument:
        """The discovery document, from memory for an hour.

        :raises SignInUnavailable: when it can't be had, or is another issuer's.
        """
        return await self._document.get(younger_than=LIFETIME)

    @property
    def issuer(self) -> str:
        """The name that the pool signs with."""
        return self._issuer

    async def form_targets(self) -> tuple[str, ...]:
        """The origins a form of ours may end at: the pool's; none until it has been heard of."""
        try:
            document = self._document.latest or await self.document()
        except SignInUnavailable:
            return ()
        return (_origin(document.sign_out_endpoint),)

    async def signing_keys(self, *, younger_than: float = LIFETIME) -> KeySet:
        """The keys that the pool signs with (RFC 7517), from memory for ``younger_than`` seconds.

        :raises SignInUnavailable: when they can't be had.
        """
        url = str((await self.document()).jwks_uri)
        if self._keys is None or self._keys.url != url:
            self._keys = CachedDocument(self._http, url, _key_set)
        return await self._keys.get(younger_than=younger_than)

    def _own_document(self, content: dict[str, Any]) -> ProviderDocument:
        document = ProviderDocument.model_validate(content)
        if document.issuer != self._issuer:
            raise ValueError("another issuer's document")
        return document


def _key_set(content: dict[str, Any]) -> KeySet:
    try:
        return KeySet.import_key_set({"keys": content["keys"]})
    except JoseError as error:
        raise ValueError("no keys that we can read") from error


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
