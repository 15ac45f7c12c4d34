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

RENEW_BEFORE = 60.0
NAME = "shared/gateway_token"
"""Of the parameter, below the prefix and apart from the settings, which are read with all others.

A SecureString: who may read it may read the secret that such tokens are made with, too."""
CONFIG = Config(connect_timeout=2, read_timeout=3, retries={"max_attempts": 2})

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
    """Signs each request with a client-credentials token and renews it before it expires."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._shared = SharedToken(settings.parameters_key)
        self._token = ""
        self._until = 0.0
        self._lock = asyncio.Lock()

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Send the request with the token; once more with a new one when it is refused."""
        request.headers["Authorization"] = f"Bearer {await self._current()}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            async with self._lock:
                await self._fetch()
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    async def _current(self) -> str:
        async with self._lock:
            if not self._lasts():
                self._take(await asyncio.to_thread(self._shared.read))
            if not self._lasts():
                await self._fetch()
            return self._token

    def _lasts(self) -> bool:
        return bool(self._token) and time.time() < self._until - RENEW_BEFORE

    def _take(self, token: str) -> None:
        """Take a token of this client's; what is none, or somebody else's, is as good as none."""
        claims = _claims(token)
        if claims.get("client_id") == self._settings.m2m_client_id:
            self._token, self._until = token, float(claims.get("exp", 0.0))

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
        await asyncio.to_thread(self._shared.write, self._token)


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
