"""An attack by nobody in particular, from eight addresses of this machine."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress

ADDRESSES = tuple(f"127.0.0.{number}" for number in range(2, 10))
STALLED, HALF_HEADS, LARGE, AGAIN = 150, 100, 50, 100
MEGABYTE = 1024 * 1024
POSTED = ("/api/messages", "/slack/events", "/link/confirm", "/slack/commands", "/auth/logout")
UPLOADED = "/chat/1234567890123-0123456789abcdef"
UPLOADS = 12
FORM = "multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
TOKEN = "Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6IngifQ.e30.eA"
SECONDS = 60.0
AT_ONCE = 8
"""Connections that are being opened or written to; all of them stay until the attack is over."""


class Attack:
    """Everything at once, against one port of 127.0.0.1."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def begin(self) -> None:
        """One request of each kind, for a service that has just started is slower at its first."""
        for number in range(5):
            await self._sent(number, self._large(number))
            await self._sent(number, self._small(number))

    async def run(self) -> list[bytes]:
        """The status lines of what was answered."""
        async with AsyncExitStack() as stack:
            held = [self._held(stack, number, self._stalled(number)) for number in range(STALLED)]
            held += [
                self._held(stack, number, b"GET /chat HTTP/1.1\r\nX: ")
                for number in range(HALF_HEADS)
            ]
            held += [self._held(stack, number, self._upload()) for number in range(UPLOADS)]
            sent = [self._sent(number, self._large(number)) for number in range(LARGE)]
            sent += [self._sent(number, self._small(number)) for number in range(AGAIN)]
            async with asyncio.timeout(SECONDS):
                await asyncio.gather(*held)
                return list(await asyncio.gather(*sent))

    async def _held(
        self, stack: AsyncExitStack, number: int, request: bytes, seconds: float = 0.2
    ) -> None:
        """A request that never ends, and a connection that stays until the attack is over.

        :param seconds: in which the service may take it.
        """
        with suppress(OSError):
            async with self._slots:
                _, writer = await self._connection(number)
                stack.callback(writer.transport.abort)
                writer.write(request)
                async with asyncio.timeout(seconds):
                    await writer.drain()

    async def _sent(self, number: int, request: bytes) -> bytes:
        async with self._slots:
            try:
                reader, writer = await self._connection(number)
                try:
                    writer.write(request)
                    return await reader.readline()
                finally:
                    writer.transport.abort()
            except OSError:
                return b""

    def _connection(
        self, number: int
    ) -> "asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]":
        here = (ADDRESSES[number % len(ADDRESSES)], 0)
        return asyncio.ensure_future(
            asyncio.open_connection("127.0.0.1", self._port, local_addr=here)
        )

    def _stalled(self, number: int) -> bytes:
        """All but the end of the largest body."""
        path = POSTED[number % len(POSTED)]
        size = MEGABYTE if path.startswith("/slack") else MEGABYTE // 4
        return _post(path, size, b"x" * (size - 1_000))

    def _upload(self) -> bytes:
        return _post(UPLOADED, 20 * MEGABYTE, PART + b"x" * MEGABYTE, kind=FORM)

    async def stall_uploads(self, cookie: str, csrf_token: str) -> None:
        """All but the end of the largest files, twelve times at once, by somebody who may."""
        known = f"Cookie: {cookie}\r\nX-CSRF-Token: {csrf_token}\r\n"
        begun = PART + b"x" * (19 * MEGABYTE)
        async with AsyncExitStack() as stack:
            upload = _post(UPLOADED, 20 * MEGABYTE, begun, kind=FORM, more=known)
            async with asyncio.timeout(SECONDS):
                await asyncio.gather(
                    *(self._held(stack, number, upload, 5.0) for number in range(UPLOADS))
                )

    def _large(self, number: int) -> bytes:
        """What costs most to read: a list of nothing, brackets, digits."""
        half = MEGABYTE // 8
        bodies: Sequence[bytes] = (
            b'{"entities":[' + b"{}," * 80_000 + b"{}]}",
            b"[" * half + b"]" * half,
            b"[" * MEGABYTE,
            b'{"channelId":"msteams","serviceUrl":"' + b"\\u00e9" * 40_000 + b'"}',
            b'{"id":' + b"1" * 200_000 + b"}",
        )
        body = bodies[number % len(bodies)]
        path = POSTED[number // len(bodies) % len(POSTED)]
        return _post(path, len(body), body)

    def _small(self, number: int) -> bytes:
        path = ("/chat", "/auth/login", "/link/x", "/readyz", "/slack/events")[number % 5]
        return f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()


def _post(
    path: str, size: int, body: bytes, *, kind: str = "application/json", more: str = ""
) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {TOKEN}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {size}\r\n{more}\r\n"
    )
    return head.encode() + body
