"""Takes everything from spans that could be somebody's words, before they leave the process.

What may stay is listed, so that a library's new attribute stays out until somebody has read it.
"""

from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import Status
from opentelemetry.util.types import AttributeValue

KEPT = frozenset(
    """
    error.type gen_ai.agent.name gen_ai.conversation.id gen_ai.operation.name gen_ai.provider.name
    gen_ai.request.model gen_ai.response.model gen_ai.server.request.duration
    gen_ai.server.time_to_first_token gen_ai.system gen_ai.tool.call.id gen_ai.tool.name
    gen_ai.tool.status http.request.method http.response.status_code jsonrpc.request.id
    mcp.method.name mcp.protocol.version rpc.response.status_code session.id
    strands.cancellation.type
    """.split()  # noqa: SIM905 - as a list of quoted words it reads worse
)
KEPT_BELOW = ("gen_ai.usage.", "event_loop.", "faas.")
FAILURE = "exception.type"


class SpanRedactingExporter(SpanExporter):
    """Hands spans on without events, descriptions and attributes that aren't listed."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send copies; the process's own spans stay as they are."""
        return self._exporter.export([_redacted(span) for span in spans])

    def shutdown(self) -> None:
        """Let the exporter end."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what the exporter still holds."""
        return self._exporter.force_flush(timeout_millis)


def _redacted(span: ReadableSpan) -> ReadableSpan:
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_kept(span),
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _kept(span: ReadableSpan) -> dict[str, AttributeValue]:
    """What may stay, and the type of what went wrong, which libraries tell by an event."""
    kept = {
        name: value
        for name, value in (span.attributes or {}).items()
        if name in KEPT or name.startswith(KEPT_BELOW)
    }
    for event in span.events:
        failure = (event.attributes or {}).get(FAILURE)
        if isinstance(failure, str):
            kept.setdefault("error.type", failure)
    return kept
