"""One client of the Bot Connector for each service address."""

import time
from collections.abc import Callable
from typing import Any

import aiohttp
from botframework.connector.auth import ConnectorFactory

from bots.teams.outgoing.bot_connector import BotConnector, Token
from bots.teams.outgoing.rate_limits import RateLimits


class Connectors(ConnectorFactory):
    """Clients by service address; there are few.

    :param http: whoever made it closes it.
    :param token: fetches the bot's token; None when the connector asks for none.
    :param now: seconds on a clock that never goes back.
    :ivar http: it carries no token by itself.
    :ivar limits: how often each conversation may be called.
    """

    def __init__(
        self,
        http: aiohttp.ClientSession,
        token: Token | None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.http = http
        self._token = token
        self.limits = RateLimits(now)
        self._clients: dict[str, BotConnector] = {}

    async def check_token(self) -> None:
        """Return when there is a token to call with.

        :raises PlatformError: when there is none.
        """
        if self._token is not None:
            await self._token()

    async def create(self, service_url: str, audience: str | None = None) -> Any:
        """What botbuilder's adapter carries through its dispatch; it calls nothing of it."""
        del audience  # of other bots only
        return self.client(service_url)

    def client(self, service_url: str) -> BotConnector:
        """The client for the Bot Connector at ``service_url``."""
        if service_url not in self._clients:
            self._clients[service_url] = BotConnector(self.http, self._token, service_url)
        return self._clients[service_url]
