"""Which of the user pool's tokens are believed, and whom they name."""

from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from identity.errors import TokenRejected
from identity.oidc.provider import OidcProvider

REFETCH_PAUSE = 30.0
"""Seconds between two looks for an unknown key id: a forged ``kid`` must not become traffic."""

LEEWAY = 30
"""Seconds that two clocks may differ."""


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


class TokenVerifier:
    """Verifies what the pool signed, by the keys that it publishes (RFC 7519).

    :param client_id: the web client, the only one whose tokens are accepted.
    """

    def __init__(self, provider: OidcProvider, *, client_id: str) -> None:
        self._provider = provider
        self._client_id = client_id

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
        expected = {"iss": self._provider.issuer, "token_use": use, **exact}
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
            return jwt.decode(token, await self._provider.signing_keys(), algorithms=["RS256"])
        except InvalidKeyIdError:
            keys = await self._provider.signing_keys(younger_than=REFETCH_PAUSE)
            return jwt.decode(token, keys, algorithms=["RS256"])


def _age(claims: dict[str, Any]) -> int | None:
    issued, authenticated = claims.get("iat"), claims.get("auth_time")
    if isinstance(issued, int) and isinstance(authenticated, int):
        return issued - authenticated
    return None


def _groups(claims: dict[str, Any]) -> tuple[str, ...]:
    groups = claims.get("cognito:groups", [])
    return tuple(map(str, groups)) if isinstance(groups, list) else ()
