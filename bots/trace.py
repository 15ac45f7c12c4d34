"""The trace of a turn, from the platform's event to the runtime.

Spans are recorded only where the process has set OpenTelemetry up; a turn has a trace id in any
case, which the log, the ledger and the asker can name. No word of anybody becomes an attribute.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from aiohttp import web
from aiohttp.typedefs import Handler
from opentelemetry.context import Context
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    TraceFlags,
    format_trace_id,
    get_current_span,
    get_tracer,
    set_span_in_context,
    use_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from opentelemetry.util.types import Attributes

TRACER = "bizassist.bots"
FIELDS = ("traceparent", "tracestate")
"""What carries a trace from one process to the next (W3C Trace Context)."""


@web.middleware
async def traced(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What the service is sent begins a trace of ours; what it is only asked for begins none.

    Whoever calls from outside does not choose our trace, so its ``traceparent`` is not read.
    """
    if request.method != "POST":
        return await handler(request)
    resource = request.match_info.route.resource
    route = resource.canonical if resource else "unknown"
    with span(f"POST {route}", SpanKind.SERVER, {}) as begun:
        response = await handler(request)
        begun.set_attribute("http.response.status_code", response.status)
        return response


@contextmanager
def span(
    name: str,
    kind: SpanKind,
    carried: Mapping[str, str] | None = None,
    attributes: Attributes = None,
) -> Iterator[Span]:
    """One step of the turn; what is called inside belongs to it.

    :param carried: the fields that came with the work; None for work of this very moment.
    """
    parent = None if carried is None else _context(carried)
    begun = get_tracer(TRACER).start_span(name, parent, kind, attributes)
    if not begun.get_span_context().is_valid:
        begun = NonRecordingSpan(_new())
    with use_span(begun, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        yield begun


def carrier() -> dict[str, str]:
    """The fields that let another process go on with the trace of this moment."""
    fields: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(fields)
    return fields


@contextmanager
def outgoing(name: str, attributes: Attributes) -> Iterator[dict[str, str]]:
    """A call to another service; yields the headers that let it go on with the trace.

    They are W3C's for the agent, and X-Ray's for AgentCore Runtime itself (InvokeAgentRuntime,
    AgentCore API reference). The span is nobody's surroundings, so a generator may hold it.
    """
    begun = get_tracer(TRACER).start_span(name, kind=SpanKind.CLIENT, attributes=attributes)
    try:
        yield _headers(begun)
    finally:
        begun.end()


def trace_id() -> str:
    """The trace of this moment, 32 hexadecimal digits; empty where there is none."""
    found = get_current_span().get_span_context()
    return format_trace_id(found.trace_id) if found.is_valid else ""


def _headers(begun: Span) -> dict[str, str]:
    found = begun.get_span_context()
    if not found.is_valid:
        return {}
    fields: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(fields, set_span_in_context(begun))
    trace = format_trace_id(found.trace_id)
    sampled = int(found.trace_flags.sampled)
    xray = f"Root=1-{trace[:8]}-{trace[8:]};Parent={found.span_id:016x};Sampled={sampled}"
    return {**fields, "X-Amzn-Trace-Id": xray}


def _context(carried: Mapping[str, str]) -> Context:
    return TraceContextTextMapPropagator().extract(carried, Context())


def _new() -> SpanContext:
    return SpanContext(
        secrets.randbits(128) or 1,
        secrets.randbits(64) or 1,
        is_remote=False,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )
