"""What leaves the agent as a span: names and numbers that are listed, and nothing else."""

import subprocess
import sys
from collections.abc import Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link, Status, StatusCode

from agent.telemetry.span_redaction import SpanRedactingExporter

SECRET = "what a person wrote"


class Kept(SpanExporter):
    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.spans += spans
        return SpanExportResult.SUCCESS


def test_only_what_is_listed_stays() -> None:
    kept, provider = Kept(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(SpanRedactingExporter(kept)))
    tracer = provider.get_tracer("test")
    with tracer.start_as_current_span("parent") as parent:
        link = Link(parent.get_span_context())
        with tracer.start_as_current_span("execute_tool t", links=[link]) as span:
            span.set_attribute("gen_ai.tool.name", "t")
            span.set_attribute("gen_ai.usage.input_tokens", 7)
            for name in (
                "gen_ai.input.messages",
                "gen_ai.system_instructions",
                "gen_ai.tool.call.arguments",
                "memory.query",
                "http.url",
                "db.statement",
                "a.new.one",
            ):
                span.set_attribute(name, SECRET)
            span.add_event("gen_ai.choice", {"message": SECRET})
            span.record_exception(ValueError(SECRET))
            span.set_status(Status(StatusCode.ERROR, SECRET))

    sent = kept.spans[0]
    assert sent.attributes == {
        "gen_ai.tool.name": "t",
        "gen_ai.usage.input_tokens": 7,
        "error.type": "ValueError",
    }
    assert sent.status.status_code is StatusCode.ERROR
    assert sent.parent == kept.spans[1].context
    assert sent.links
    assert SECRET not in "".join(span.to_json() for span in kept.spans)


@pytest.mark.parametrize("module", ["agent.app", "bizassist.service"])
def test_where_it_is_off_nothing_of_it_is_imported(module: str) -> None:
    look = (
        f"import sys, {module}; "
        "print([name for name in sys.modules if name.startswith("
        "('opentelemetry.exporter', 'opentelemetry.sdk.extension', 'amazon', 'google.protobuf'))])"
    )
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"
