"""A party that signs as the Bot Framework does, and one that only pretends to."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt.algorithms import RSAAlgorithm

from tests.bots.teams.teams_client import APP_ID, ISSUER


def _key() -> RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Issuer:
    """Publishes its keys at ``/openid`` and signs tokens.

    :ivar fetched: how often the keys were asked for.
    """

    key: RSAPrivateKey = field(default_factory=_key)
    name: str = "key-1"
    fetched: int = 0
    is_down: bool = False
    endorsements: list[str] | None = field(default_factory=lambda: ["msteams", "webchat"])

    def application(self) -> web.Application:
        app = web.Application()
        app.add_routes([web.get("/openid", self._openid), web.get("/keys", self._keys)])
        return app

    def token(
        self, service_url: str, *, signed_by: RSAPrivateKey | None = None, **claims: Any
    ) -> str:
        now = int(time.time())
        said = {
            "iss": ISSUER,
            "aud": APP_ID,
            "serviceurl": service_url,
            "nbf": now - 60,
            "exp": now + 3600,
        } | claims
        return jwt.encode(
            said, signed_by or self.key, algorithm="RS256", headers={"kid": self.name}
        )

    async def _openid(self, request: web.Request) -> web.Response:
        self.fetched += 1
        if self.is_down:
            raise web.HTTPServiceUnavailable
        return web.json_response({"jwks_uri": str(request.url.with_path("/keys"))})

    async def _keys(self, request: web.Request) -> web.Response:
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        endorsed = {} if self.endorsements is None else {"endorsements": self.endorsements}
        return web.json_response({"keys": [public | {"kid": self.name} | endorsed]})
