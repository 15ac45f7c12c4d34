"""Verifies the access token of a request; the person whom it names is the caller."""

import re
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidKeyIdError, JoseError

from agent.errors import ForbiddenError, MissingTokenError, TokenError
from agent.request.caller import Caller
from agent.request.signing_keys import SigningKeys

ALGORITHMS = ["RS256"]
CLOCK_LEEWAY = 5
ACTOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,254}")
"""What AgentCore Memory takes as an actor id, without ``@``, ``.`` and the separators of a path."""


@dataclass(frozen=True, slots=True)
class Authorizer:
    """What AgentCore Runtime's JWT authorizer is configured with, checked again by the agent.

    :param issuer: what ``iss`` must say.
    :param client_id: what ``client_id`` must say; Cognito's access tokens have no ``aud``.
    :param groups: of these the person must be in at least one.
    """

    keys: SigningKeys
    issuer: str
    client_id: str
    groups: frozenset[str]

    async def caller(self, authorization: str | None) -> Caller:
        """The person behind an ``Authorization`` header.

        :raises TokenError: when the token is missing or not one for this assistant.
        :raises SigningKeysUnavailableError: when the issuer's keys can't be read.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise MissingTokenError
        claims = await self._verified(token.strip())
        for claim, wanted in (("token_use", "access"), ("client_id", self.client_id)):
            if claims.get(claim) != wanted:
                raise TokenError(f"Claim '{claim}' value mismatch with configuration.")
        groups = frozenset(_strings(claims.get("cognito:groups")))
        if not groups & self.groups:
            raise ForbiddenError
        return Caller(_subject(claims), groups)

    async def _verified(self, token: str) -> dict[str, Any]:
        try:
            try:
                decoded = jwt.decode(token, await self.keys.current(), ALGORITHMS)
            except InvalidKeyIdError:
                decoded = jwt.decode(token, await self.keys.rotated(), ALGORITHMS)
            jwt.JWTClaimsRegistry(
                leeway=CLOCK_LEEWAY,
                iss={"essential": True, "value": self.issuer},
                exp={"essential": True},
            ).validate(decoded.claims)
        except ExpiredTokenError:
            raise TokenError("Token has expired.") from None
        except (JoseError, ValueError):
            raise TokenError from None
        return decoded.claims


def _subject(claims: dict[str, Any]) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not ACTOR.fullmatch(subject):
        raise TokenError("Claim 'sub' value mismatch with configuration.")
    return subject


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
