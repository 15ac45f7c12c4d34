"""The HTTP server of the chat service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from identity.web.access_log import AccessLog

SHUTDOWN_SECONDS = 2


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int) -> AsyncIterator[None]:
    """Listen while the block runs.

    :raises OSError: when somebody else listens there.
    """
    runner = web.AppRunner(app, access_log_class=AccessLog, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()
