"""A way to a server that can be cut in the middle of a call, and mended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.ports import free_port


@dataclass
class Way:
    """Forwards bytes from a port of its own to a server.

    :ivar port: where it listens on 127.0.0.1.
    """

    to: int
    port: int = field(default_factory=free_port)
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Forward while the block runs, but for as long as it is cut."""
        await self.mend()
        try:
            yield
        finally:
            self.cut()

    async def mend(self) -> None:
        """Forward again."""
        self._server = await asyncio.start_server(self._forward, "127.0.0.1", self.port)

    def cut(self) -> None:
        """Reset what is connected and refuse what comes."""
        if self._server:
            self._server.close()
        for writer in self._open:
            writer.transport.abort()

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.to)
        self._open |= {writer, back}
        try:
            await asyncio.gather(_copied(reader, back), _copied(there, writer))
        finally:
            self._open -= {writer, back}
            for one in (writer, back):
                one.close()


async def _copied(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(65536):
            to.write(data)
            await to.drain()
        to.write_eof()
