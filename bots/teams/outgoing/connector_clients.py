"""Clients of the Bot Connector that never hold up the event loop.

botframework's own client sends with ``requests`` in threads, waits for up to 100 seconds, and
fetches the bot's token on the event loop, anew for each client. Here the same client sends with
aiohttp, once, with a time-out.
"""

import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import aiohttp
from botframework.connector import AsyncBfPipeline, BotFrameworkConnectorConfiguration
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth import ConnectorFactory
from msrest.pipeline import Request, Response
from msrest.pipeline.async_abc import AsyncHTTPSender
from msrest.universal_http.aiohttp import AioHttpClientResponse
from yarl import URL

from bots.errors import PlatformUnavailable
from bots.teams.outgoing.platform_errors import platform_error
from bots.teams.outgoing.rate_limits import RateLimits

Token = Callable[[], Awaitable[str]]
TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
# A credentials policy would end up in msrest's own pipeline too, whose sender it would then use.
_NO_CREDENTIALS = ()


class Connectors(ConnectorFactory):
    """One client for each service address; there are few, and making one takes milliseconds.

    :param http: whoever made it closes it.
    :param token: fetches the bot's token; None when the connector asks for none.
    :param now: seconds on a clock that never goes back.
    :ivar limits: how often each conversation may be called.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        token: Token | None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._http = http
        self._token = token
        self.limits = RateLimits(now)
        self._clients: dict[str, ConnectorClient] = {}

    async def check_token(self) -> None:
        """Return when there is a token to call with.

        :raises PlatformError: when there is none.
        """
        if self._token is not None:
            await self._token()

    async def create(self, service_url: str, audience: str | None = None) -> ConnectorClient:
        """A client for the Bot Connector at ``service_url``, as botbuilder asks for one."""
        del audience  # of other bots only
        return self.client(service_url)

    def client(self, service_url: str) -> ConnectorClient:
        """The client for the Bot Connector at ``service_url``."""
        if service_url not in self._clients:
            configuration = BotFrameworkConnectorConfiguration(
                _NO_CREDENTIALS,
                service_url,
                sender=_Sender(self._http, self._token),
                pipeline_type=AsyncBfPipeline,
            )
            client = ConnectorClient(None, custom_configuration=configuration)
            self._clients[service_url] = client
        return self._clients[service_url]


class _Answer(AioHttpClientResponse):
    """A good answer; msrest takes an empty body for one not loaded, and wants JSON in the rest."""

    def body(self) -> bytes:
        loaded: bytes | None = self._body
        is_json = self.headers.get("Content-Type", "").startswith("application/json")
        return loaded if loaded and is_json else b""


class _Sender(AsyncHTTPSender[Any, Any]):
    """Sends one request with the bot's token and loads the whole answer."""

    def __init__(self, http: aiohttp.ClientSession, token: Token | None) -> None:
        self._http = http
        self._token = token

    async def __aexit__(self, *_: object) -> None:
        """The session belongs to whoever made it."""

    async def send(self, request: Request[Any], **_: Any) -> Response[Any, Any]:
        sent = request.http_request
        if self._token is not None:
            sent.headers["Authorization"] = f"Bearer {await self._token()}"
        try:
            async with self._http.request(
                sent.method,
                URL(sent.url, encoded=True),
                data=sent.data,
                headers=sent.headers,
                timeout=TIMEOUT,
                allow_redirects=False,
            ) as answered:
                if answered.status >= HTTPStatus.MULTIPLE_CHOICES:
                    raise platform_error(sent.method, answered, await answered.read())
                response = _Answer(sent, answered)
                await response.load_body()
        except aiohttp.ClientConnectorError as error:
            raise PlatformUnavailable("the Bot Connector can't be reached") from error
        except (TimeoutError, aiohttp.ClientError) as error:
            raise PlatformUnavailable(type(error).__name__, taken=True) from error
        return Response(request, response)
