"""An issuer of our own, whose keys we hold: what a real pool never signs, this one does."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey

from bizassist.local.ports import LOOPBACK
from identity.oidc.provider import OidcProvider
from identity.oidc.token_verification import TokenVerifier
from tests.ports import free_port

ISSUER = "https://issuer.example/pool"
CLIENT = "web-client"


@dataclass
class Issuer:
    """Publishes ``keys`` and counts how often it is asked for them."""

    url: str
    keys: list[RSAKey] = field(default_factory=lambda: [new_key("one")])
    claimed: str = ISSUER
    asked: int = 0
    discovered: int = 0
    down: bool = False

    def oidc(self) -> OidcProvider:
        return OidcProvider(discovery_url=f"{self.url}/discovery", issuer=ISSUER)

    @asynccontextmanager
    async def verifier(self) -> AsyncIterator[TokenVerifier]:
        async with self.oidc() as oidc:
            yield TokenVerifier(oidc, client_id=CLIENT)

    def sign(self, key: RSAKey | None = None, header: Any = None, **claims: object) -> str:
        """A good token with some claims changed; None removes one."""
        signing = key or self.keys[0]
        kept = {name: value for name, value in claims.items() if value is not None}
        head = {"alg": "RS256", "kid": signing.kid, **(header or {})}
        return jwt.encode(head, kept, signing, algorithms=[head["alg"]])

    def id_token(self, key: RSAKey | None = None, **changed: object) -> str:
        now = int(time.time())
        return self.sign(
            key,
            **{
                "iss": ISSUER,
                "aud": CLIENT,
                "sub": "a1b2",
                "token_use": "id",
                "nonce": "the-nonce",
                "iat": now,
                "exp": now + 3_600,
                "cognito:username": "alice",
                "cognito:groups": ["bizassist-users"],
                **changed,
            },
        )

    def access_token(self, **changed: object) -> str:
        access = {"aud": None, "nonce": None, "client_id": CLIENT, "token_use": "access"}
        return self.id_token(None, **{**access, **changed})

    async def _discovery(self, _: web.Request) -> web.Response:
        self.discovered += 1
        if self.down:
            raise web.HTTPBadGateway
        return web.json_response(
            {
                "issuer": self.claimed,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
        )

    async def _jwks(self, _: web.Request) -> web.Response:
        self.asked += 1
        keys = [key.as_dict(private=False) for key in self.keys]
        return web.json_response({"keys": [*keys, {"kty": "future", "kid": "x"}]})

    async def _token(self, _: web.Request) -> web.Response:
        return web.Response(text="<html>busy</html>", status=503)


def new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"})


@asynccontextmanager
async def running_issuer() -> AsyncIterator[Issuer]:
    port = free_port()
    issuer = Issuer(f"http://{LOOPBACK}:{port}")
    app = web.Application()
    app.router.add_get("/discovery", issuer._discovery)
    app.router.add_get("/keys", issuer._jwks)
    app.router.add_post("/token", issuer._token)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, LOOPBACK, port).start()
        yield issuer
    finally:
        await runner.cleanup()
