"""The user pool as an OpenID provider: its documents, its keys, and the tokens it signed."""

from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry
from pydantic import BaseModel, HttpUrl

from identity.errors import SignInUnavailable, TokenRejected
from identity.oidc.cached_document import CachedDocument

LIFETIME = 3_600.0
"""Seconds; what the pool publishes changes once in years."""

REFETCH_PAUSE = 30.0
"""Seconds between two looks for an unknown key id: a forged ``kid`` must not become traffic."""

LEEWAY = 30
"""Seconds that two clocks may differ."""

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


@dataclass(frozen=True, slots=True)
class Account:
    """Who the company says is speaking, as a verified token told.

    :param email: for display only; accounts are told apart by ``subject``.
    :param age: seconds that the person's own authentication at the pool lay back when the token
        was issued, by the pool's clock; None when the token doesn't tell.
    """

    subject: str
    username: str
    email: str = ""
    groups: tuple[str, ...] = ()
    age: int | None = None

    @property
    def label(self) -> str:
        """What a person recognises the account by."""
        return self.email or self.username


class OidcProvider:
    """Reads what the pool publishes and verifies what it signed.

    The issuer is a name, not an address: every address comes from the discovery document.

    :param client_id: the web client, the only one whose tokens are accepted.
    """

    def __init__(self, *, discovery_url: str, issuer: str, client_id: str) -> None:
        self._issuer = issuer
        self._client_id = client_id
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

    async def verify_id_token(self, token: str, nonce: str) -> Account:
        """The account an id token was issued to, in the sign-in that ``nonce`` began.

        :raises TokenRejected: when any check fails.
        :raises SignInUnavailable: when the pool's keys can't be had.
        """
        claims = await self._verify(token, use="id", aud=self._client_id, nonce=nonce)
        return Account(
            subject=claims["sub"],
            username=str(claims.get("cognito:username", claims["sub"])),
            email=str(claims.get("email", "")),
            groups=_groups(claims),
            age=_age(claims),
        )

    async def verify_access_token(self, token: str) -> Account:
        """The account an access token was issued to; Cognito's carry ``client_id``, not ``aud``.

        :raises TokenRejected: when any check fails.
        :raises SignInUnavailable: when the pool's keys can't be had.
        """
        claims = await self._verify(token, use="access", client_id=self._client_id)
        return Account(
            subject=claims["sub"],
            username=str(claims.get("username", claims["sub"])),
            groups=_groups(claims),
        )

    async def _verify(self, token: str, *, use: str, **exact: str) -> dict[str, Any]:
        expected = {"iss": self._issuer, "token_use": use, **exact}
        essential = {name: ClaimsOption(essential=True) for name in ("sub", "exp", *expected)}
        try:
            claims = (await self._decode(token)).claims
            JWTClaimsRegistry(None, LEEWAY, **essential).validate(claims)
        except (JoseError, ValueError) as error:
            # Only the kind of error: a description may quote the token.
            raise TokenRejected(f"{use} token: {type(error).__name__}") from None
        # Exact strings: a list that merely contains us is not what the pool issues.
        wrong = [name for name, value in expected.items() if claims[name] != value]
        if wrong or not claims["sub"]:
            raise TokenRejected(f"{use} token: wrong {', '.join(wrong) or 'sub'}")
        return claims

    async def _decode(self, token: str) -> jwt.Token:
        try:
            return jwt.decode(token, await self._signing_keys(LIFETIME), algorithms=["RS256"])
        except InvalidKeyIdError:
            keys = await self._signing_keys(REFETCH_PAUSE)
            return jwt.decode(token, keys, algorithms=["RS256"])

    async def _signing_keys(self, younger_than: float) -> KeySet:
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


def _age(claims: dict[str, Any]) -> int | None:
    issued, authenticated = claims.get("iat"), claims.get("auth_time")
    if isinstance(issued, int) and isinstance(authenticated, int):
        return issued - authenticated
    return None


def _groups(claims: dict[str, Any]) -> tuple[str, ...]:
    groups = claims.get("cognito:groups", [])
    return tuple(map(str, groups)) if isinstance(groups, list) else ()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
