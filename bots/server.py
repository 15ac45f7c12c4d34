"""The HTTP server of the chat service."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bots.limits.connections import ConnectionLimits
from identity.web.access_log import AccessLog

SHUTDOWN_SECONDS = 2
KEPT_ALIVE_SECONDS = 310
"""A connection waits for its next request; longer than our load balancer does (300 seconds)."""
LINGERING_SECONDS = 2
"""In which what is left of a refused body is read, so that its sender sees the answer."""
MOST_HEADERS = 64
RECEIVED_BYTES = 64 * 1024
"""That a connection holds before we read them; asyncio reads all that is there at once."""


@asynccontextmanager
async def listening(
    app: web.Application, host: str, port: int, limits: ConnectionLimits
) -> AsyncIterator[None]:
    """Listen while the block runs.

    :param limits: of the connections.
    :raises OSError: when somebody else listens there.
    """
    runner = web.AppRunner(
        app,
        access_log_class=AccessLog,
        shutdown_timeout=SHUTDOWN_SECONDS,
        keepalive_timeout=KEPT_ALIVE_SECONDS,
        lingering_time=LINGERING_SECONDS,
        max_headers=MOST_HEADERS,
        auto_decompress=False,
    )
    await runner.setup()
    try:
        await LimitedSite(runner, host, port, limits).start()
        yield
    finally:
        await runner.cleanup()


class LimitedSite(web.BaseSite):
    """An address that the application listens on, within limits of connections."""

    def __init__(
        self, runner: web.AppRunner, host: str, port: int, limits: ConnectionLimits
    ) -> None:
        super().__init__(runner)
        self._answering = runner.server
        self._host, self._port = host, port
        self._limits = limits

    @property
    def name(self) -> str:
        """Its address."""
        return f"http://{self._host}:{self._port}"

    async def start(self) -> None:
        """Listen.

        :raises OSError: when somebody else does.
        """
        await super().start()
        assert self._answering is not None  # noqa: S101 - the runner has been set up
        self._server = await asyncio.get_running_loop().create_server(
            self._limits.limited(self._answering), self._host, self._port
        )
        for listens in self._server.sockets:
            listens.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED_BYTES)
