"""A turn's trace: begun here, handed on in W3C's and X-Ray's fields, whoever records it or not."""

import re

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from opentelemetry.trace import SpanKind

from bots import trace

THEIRS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_there_is_none_outside_of_a_step() -> None:
    assert trace.trace_id() == ""
    assert trace.carrier() == {}
    with trace.outgoing("call", {}) as headers:
        assert headers == {}


def test_a_step_begins_one_and_the_next_goes_on_with_it() -> None:
    with trace.span("inbox", SpanKind.PRODUCER):
        begun, carried = trace.trace_id(), trace.carrier()
    assert trace.trace_id() == ""
    with trace.span("turn", SpanKind.CONSUMER, carried):
        assert trace.trace_id() == begun
    with trace.span("turn", SpanKind.CONSUMER, {}):
        assert trace.trace_id() not in {"", begun}


def test_what_is_carried_but_no_trace_begins_a_new_one() -> None:
    for nonsense in ("", "00-zz-yy-01", "x" * 10_000, f"00-{'0' * 32}-{'0' * 16}-01"):
        with trace.span("turn", SpanKind.CONSUMER, {"traceparent": nonsense}):
            assert re.fullmatch(r"[0-9a-f]{32}", trace.trace_id())


def test_a_call_carries_both_ways_of_writing_the_same_trace() -> None:
    with trace.span("turn", SpanKind.CONSUMER):
        with trace.outgoing("call", {}) as headers:
            assert trace.trace_id() in headers["traceparent"]
        xray = re.fullmatch(
            r"Root=1-([0-9a-f]{8})-([0-9a-f]{24});Parent=[0-9a-f]{16};Sampled=1",
            headers["X-Amzn-Trace-Id"],
        )
        assert xray
        assert xray[1] + xray[2] == trace.trace_id()


async def test_a_caller_from_outside_does_not_choose_our_trace() -> None:
    async def tell(_: web.Request) -> web.Response:
        return web.Response(text=trace.trace_id())

    app = web.Application(middlewares=[trace.traced])
    app.add_routes([web.post("/", tell), web.get("/", tell)])
    async with TestClient(TestServer(app, host="127.0.0.1")) as client:
        told = [await (await client.post("/", headers={"traceparent": THEIRS})).text()]
        told.append(await (await client.post("/")).text())
        read = await (await client.get("/", headers={"traceparent": THEIRS})).text()

    assert len({*told, THEIRS[3:35]}) == 3
    assert {len(one) for one in told} == {32}
    assert read == ""
