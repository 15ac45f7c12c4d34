"""Between the chat service and the real runtime: the first answer is held after its first words."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from aiohttp import web
from aiohttp.test_utils import TestServer

NOT_PASSED_ON = {"host", "content-length", "connection", "transfer-encoding", "content-encoding"}


@dataclass
class HeldRuntime:
    """Passes everything on.

    :ivar asked: what the agent was asked to run, in order.
    :ivar holds: the first answer has begun, and goes no further.
    :ivar subject: whose run was asked for last, as its token says.
    """

    behind: str
    http: httpx.AsyncClient
    asked: list[dict[str, Any]] = field(default_factory=list)
    holds: asyncio.Event = field(default_factory=asyncio.Event)
    subject: str = ""
    url: str = ""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["HeldRuntime"]:
        """Listen while the block runs."""
        app = web.Application()
        app.router.add_post("/{tail:.*}", self._handle)
        async with TestServer(app, host="127.0.0.1") as server:
            self.url = str(server.make_url("")).rstrip("/")
            yield self

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.asked.append(json.loads(body))
        self.subject = _subject(request.headers["Authorization"])
        held = len(self.asked) == 1
        headers = {k: v for k, v in request.headers.items() if k.lower() not in NOT_PASSED_ON}
        url = f"{self.behind}{request.raw_path}"
        async with self.http.stream("POST", url, content=body, headers=headers) as answer:
            kind = answer.headers["content-type"]
            response = web.StreamResponse(status=answer.status_code, headers={"content-type": kind})
            await response.prepare(request)
            async for line in answer.aiter_lines():
                await response.write(f"{line}\n".encode())
                if held and "TEXT_MESSAGE_CONTENT" in line:
                    await response.write(b"\n")
                    self.holds.set()
                    await asyncio.Event().wait()  # until whoever asked has gone
        return response


def _subject(authorization: str) -> str:
    claims = authorization.removeprefix("Bearer ").split(".")[1]
    return str(json.loads(base64.urlsafe_b64decode(f"{claims}=="))["sub"])
