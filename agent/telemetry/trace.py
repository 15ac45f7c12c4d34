"""The trace that a run belongs to: the caller's where it sent one, else one that begins here.

A run has its id whether or not spans are recorded, so that a person and the log can name it.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import context
from opentelemetry.trace import (
    NonRecordingSpan,
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
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

TRACER = "bizassist.agent"


class TraceMiddleware:
    """ASGI middleware: each invocation is within a trace."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let everything through; health is nobody's trace."""
        if scope["type"] != "http" or scope["path"] != "/invocations":
            await self._app(scope, receive, send)
            return
        with _request(Headers(scope=scope)):
            await self._app(scope, receive, send)


@contextmanager
def _request(headers: Mapping[str, str]) -> Iterator[None]:
    """One request of the runtime, within the trace that its ``traceparent`` names.

    (W3C Trace Context; AgentCore Runtime hands ``traceparent`` and ``tracestate`` on.)
    """
    caller = TraceContextTextMapPropagator().extract(headers, context.Context())
    if not get_current_span(caller).get_span_context().is_valid:
        caller = set_span_in_context(NonRecordingSpan(_new()))
    span = get_tracer(TRACER).start_span("POST /invocations", caller, SpanKind.SERVER)
    with use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        yield


def trace_id() -> str:
    """The trace of this moment, 32 hexadecimal digits; empty outside of a request."""
    found = get_current_span().get_span_context()
    return format_trace_id(found.trace_id) if found.is_valid else ""


def _new() -> SpanContext:
    return SpanContext(
        secrets.randbits(128) or 1,
        secrets.randbits(64) or 1,
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )
