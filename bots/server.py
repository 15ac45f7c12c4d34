"""The HTTP server of the chat service."""

import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager

from aiohttp import web

from identity.web.access_log import AccessLog

SHUTDOWN_SECONDS = 2


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
            one.bind(address)
            sockets.append(one)
        yield sockets


@asynccontextmanager
async def listening(app: web.Application, sockets: Sequence[socket.socket]) -> AsyncIterator[None]:
    """Answer what comes to bound sockets while the block runs."""
    runner = web.AppRunner(app, access_log_class=AccessLog, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        for one in sockets:
            await web.SockSite(runner, one).start()
        yield
    finally:
        await runner.cleanup()
