"""The agent's own token for the Gateway: fetched by the session that needs one, used by all."""

import asyncio
import base64
import json
import logging
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import boto3
import httpx
from authlib.integrations.httpx_client import AsyncOAuth2Client
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from agent.settings import Settings, parameter_prefix
from agent.wall_clock import is_older

RENEW_BEFORE = 60.0
NAME = "shared/gateway_token"
"""Of the parameter, below the prefix and apart from the settings, which are read with all others.

A SecureString: who may read it may read the secret that such tokens are made with, too."""
CONFIG = Config(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})
"""Who waits for it is connecting, and has seconds for all of it; without it a token is fetched."""
REFUSED_SECONDS = 60.0
"""How often a new token is fetched at most because the one before was refused: each is paid for."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SharedToken:
    """The token that the sessions of this installation share (SSM, GetParameter, PutParameter).

    Each token that Cognito hands to a machine is paid for, and a session lives for minutes.
    """

    key: str

    def read(self) -> str:
        """The token that was written last; empty where there is none. Blocks on the network."""
        ssm = self._client()
        try:
            found = ssm.get_parameter(Name=_name(), WithDecryption=True)
        except (BotoCoreError, ClientError) as error:
            logger.info("no token is shared: %s", type(error).__name__)
            return ""
        return str(found["Parameter"]["Value"])

    def write(self, token: str) -> None:
        """Let others use ``token``, too. Blocks on the network."""
        key: Any = {"KeyId": self.key} if self.key else {}
        ssm = self._client()
        try:
            ssm.put_parameter(Name=_name(), Value=token, Type="SecureString", Overwrite=True, **key)
        except (BotoCoreError, ClientError) as error:
            logger.warning("the Gateway's token is not shared: %s", type(error).__name__)

    @staticmethod
    def _client() -> Any:
        return boto3.Session().client("ssm", config=CONFIG)  # with the credentials of this moment


class MachineToken(httpx.Auth):
    """Signs each request with a client-credentials token and renews it before it expires.

    :ivar sharing: writes the newest token down for the others, after it is used.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._shared = SharedToken(settings.parameters_key)
        self._token = ""
        self._until = 0.0
        self._refused_at = 0.0
        self.sharing: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send the request with the token; once more when it is refused and there is another."""
        token = await self._current()
        request.headers["Authorization"] = f"Bearer {token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            other = await self._other(token)
            if other != token:
                request.headers["Authorization"] = f"Bearer {other}"
                yield request

    async def _current(self) -> str:
        async with self._lock:
            if not self._lasts():
                self._take(await asyncio.to_thread(self._shared.read))
            if not self._lasts():
                await self._fetch()
            return self._token

    async def _other(self, refused: str) -> str:
        """Another token than the refused one: what others have found meanwhile, or a new one.

        The refused one itself where a new one was fetched for that reason a moment ago.
        """
        async with self._lock:
            if self._token == refused:
                self._take(await asyncio.to_thread(self._shared.read))
            if self._token == refused and is_older(self._refused_at, REFUSED_SECONDS):
                await self._fetch()
                self._refused_at = time.time()
            return self._token

    def _lasts(self) -> bool:
        return bool(self._token) and time.time() < self._until - RENEW_BEFORE

    def _take(self, token: str) -> None:
        """Take a token of this client's with the scopes it wants; any other is as good as none.

        So is one that ends soon, or before the one that is there: what is shared may lag.
        """
        claims = _claims(token)
        until = float(claims.get("exp", 0.0))
        wanted, has = self._settings.m2m_scope.split(), str(claims.get("scope", "")).split()
        if (
            claims.get("client_id") == self._settings.m2m_client_id
            and set(wanted) <= set(has)
            and until > max(self._until, time.time() + RENEW_BEFORE)
        ):
            self._token, self._until = token, until

    async def _fetch(self) -> None:
        """The token endpoint is where discovery says; in the local stack not where ``iss`` is."""
        secret = self._settings.m2m_client_secret.get_secret_value()
        async with AsyncOAuth2Client(
            self._settings.m2m_client_id, secret, scope=self._settings.m2m_scope, timeout=5
        ) as client:
            found = await client.request(
                "GET", str(self._settings.discovery_url), withhold_token=True
            )
            found.raise_for_status()
            token = await client.fetch_token(
                found.json()["token_endpoint"], grant_type="client_credentials"
            )
        self._token = token["access_token"]
        self._until = time.time() + float(token.get("expires_in", 300))
        self.sharing = asyncio.create_task(asyncio.to_thread(self._shared.write, self._token))


def _name() -> str:
    return f"{parameter_prefix()}/{NAME}"


def _claims(token: str) -> dict[str, Any]:
    """What a token says of itself; the Gateway is who verifies it."""
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, IndexError):
        return {}
    return claims if isinstance(claims, dict) else {}
