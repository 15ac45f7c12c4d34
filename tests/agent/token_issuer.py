"""A second issuer, whose keys the tests hold: it signs whatever a test wants to be refused."""

import time
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

NAME = "https://issuer.example"
CLIENT = "web-client"
SUBJECT = "11111111-2222-3333-4444-555555555555"


def new_key() -> RSAKey:
    return RSAKey.generate_key(2048, auto_kid=True)


@dataclass
class Issuer:
    """Signs tokens and publishes its key set; counts how often it is asked for that."""

    key: RSAKey = field(default_factory=new_key)
    fetched: int = 0
    down: bool = False

    def token(self, key: RSAKey | None = None, **changes: Any) -> str:
        """An access token as Cognito makes it; a claim that is changed to None is left out."""
        claims = {
            "iss": NAME,
            "sub": SUBJECT,
            "client_id": CLIENT,
            "token_use": "access",
            "cognito:groups": ["bizassist-users"],
            "exp": int(time.time()) + 300,
            **changes,
        }
        key = key or self.key
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": key.kid}, kept, key)

    def app(self) -> Starlette:
        async def discovery(request: Request) -> JSONResponse:
            return JSONResponse({"issuer": NAME, "jwks_uri": f"{request.base_url}keys"})

        async def keys(_: Request) -> JSONResponse:
            self.fetched += 1
            if self.down:
                return JSONResponse({}, 500)
            return JSONResponse(KeySet([self.key]).as_dict(private=False))

        return Starlette(routes=[Route("/discovery", discovery), Route("/keys", keys)])
