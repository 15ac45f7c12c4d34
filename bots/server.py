"""The HTTP server of the chat service."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager

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


@contextmanager
def bound(host: str, port: int) -> Iterator[list[socket.socket]]:
    """A socket on each address of a host, held while the block runs; nobody is answered yet.

    :raises OSError: when somebody else listens there, or it is no address of this machine.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    with ExitStack() as stack:
        sockets = []
        for family, kind, protocol, _, address in dict.fromkeys(found):
            one = stack.enter_context(socket.socket(family, kind, protocol))
            # What a stopped service has left to the kernel for a minute is nobody's.
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED_BYTES)
            one.bind(address)
            sockets.append(one)
        yield sockets


@asynccontextmanager
async def listening(
    app: web.Application, sockets: Sequence[socket.socket], limits: ConnectionLimits
) -> AsyncIterator[None]:
    """Answer what comes to bound sockets while the block runs.

    :param limits: of the connections.
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
        for one in sockets:
            await LimitedSite(runner, one, limits).start()
        yield
    finally:
        await runner.cleanup()


class LimitedSite(web.BaseSite):
    """A bound socket that the application listens on, within limits of connections."""

    def __init__(
        self, runner: web.AppRunner, bound_socket: socket.socket, limits: ConnectionLimits
    ) -> None:
        super().__init__(runner)
        self._answering = runner.server
        self._socket = bound_socket
        self._limits = limits

    @property
    def name(self) -> str:
        """Its address."""
        return str(self._socket.getsockname())

    async def start(self) -> None:
        """Listen."""
        await super().start()
        assert self._answering is not None  # noqa: S101 - the runner has been set up
        self._server = await asyncio.get_running_loop().create_server(
            self._limits.limited(self._answering), sock=self._socket
        )
