"""How many connections there may be, and how long one may take to say what it wants."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

MOST = 1_000
"""Connections of one process; a load balancer shares few among many people, and each stream of an
answer needs its own."""
MOST_OF_ADDRESS = 200
FIRST_REQUEST_SECONDS = 10.0
LARGEST_HEAD = 32 * 1024
"""Bytes of the first request's line and headers."""

_END_OF_HEAD = b"\r\n\r\n"

ProtocolFactory = Callable[[], asyncio.Protocol]


@dataclass(slots=True)
class ConnectionLimits:
    """Wraps what answers connections, and ends at once those that are too many.

    :param most_of_address: None behind a proxy of ours, from which all connections come.
    """

    most: int = MOST
    most_of_address: int | None = MOST_OF_ADDRESS
    _open: Counter[str] = field(default_factory=Counter)

    def limited(self, answering: ProtocolFactory) -> ProtocolFactory:
        """The factory of protocols that a server needs, within these limits."""
        return lambda: _Connection(answering(), self)

    def take(self, address: str) -> bool:
        """Count a connection of ``address``; False when it is one too many."""
        here = self._open[address]
        if self._open.total() >= self.most or (
            self.most_of_address is not None and here >= self.most_of_address
        ):
            return False
        self._open[address] += 1
        return True

    def give_back(self, address: str) -> None:
        """A connection of ``address`` is over."""
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]


class _Connection(asyncio.Protocol):
    """One connection: passed on once it is taken, ended when its first request doesn't come."""

    def __init__(self, inner: asyncio.Protocol, limits: ConnectionLimits) -> None:
        self._inner = inner
        self._limits = limits
        self._address: str | None = None
        self._transport: asyncio.BaseTransport | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._head = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        address = str((transport.get_extra_info("peername") or ("",))[0])
        self._transport = transport
        if not self._limits.take(address):
            self._end()
            return
        self._address = address
        loop = asyncio.get_running_loop()
        self._patience = loop.call_later(FIRST_REQUEST_SECONDS, self._end)
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self._address is None:
            return
        if self._patience is not None and not self._head_follows(data):
            return
        self._inner.data_received(data)

    def _head_follows(self, data: bytes) -> bool:
        """Whether the first request may go on; no timer waits once its head is here."""
        self._head += data
        end = self._head.find(_END_OF_HEAD)
        if (end if end >= 0 else len(self._head)) > LARGEST_HEAD:
            self._end()
            return False
        if end >= 0:
            self._stop_waiting()
        return True

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        self._head.clear()

    def _end(self) -> None:
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.abort()

    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self._address is not None else None

    def pause_writing(self) -> None:
        if self._address is not None:
            self._inner.pause_writing()

    def resume_writing(self) -> None:
        if self._address is not None:
            self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        if self._address is not None:
            self._limits.give_back(self._address)
            self._inner.connection_lost(exc)
