"""A collector of OpenTelemetry's protocol (OTLP over HTTP, protobuf) that keeps what it is sent."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Received:
    """One span, as it came over the wire."""

    service: str
    name: str
    trace: str
    id: str
    parent: str
    kind: int
    attributes: dict[str, Any]
    whole: str

    def __repr__(self) -> str:
        return f"{self.service}: {self.name}"


@dataclass
class Collector:
    """What arrived, in the order of its arrival."""

    url: str = ""
    spans: list[Received] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = _attributes(resource.resource.attributes)["service.name"]
            for scope in resource.scope_spans:
                self.spans += [_received(service, span) for span in scope.spans]
        return web.Response()

    def of(self, trace: str) -> list[Received]:
        return [span for span in self.spans if span.trace == trace]

    async def until(self, trace: str, *names: str) -> list[Received]:
        """The spans of a trace, once these are among them."""
        async with asyncio.timeout(30):
            while not {*names} <= {span.name for span in self.of(trace)}:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        return self.of(trace)


@asynccontextmanager
async def collecting() -> AsyncIterator[Collector]:
    collector = Collector()
    app = web.Application()
    app.router.add_post("/v1/traces", collector.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        collector.url = str(server.make_url("")).rstrip("/")
        yield collector


@asynccontextmanager
async def silent() -> AsyncIterator[str]:
    """The address of a collector that takes connections and never answers."""
    held: list[asyncio.StreamWriter] = []

    async def hold(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        for writer in held:
            writer.close()
        server.close()


def _received(service: str, span: Any) -> Received:
    return Received(
        service=service,
        name=span.name,
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        kind=span.kind,
        attributes=_attributes(span.attributes),
        whole=str(span),
    )


def _attributes(pairs: Any) -> dict[str, Any]:
    return {pair.key: getattr(pair.value, pair.value.WhichOneof("value")) for pair in pairs}
