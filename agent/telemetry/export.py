"""Spans that leave the process: only where it is asked for, and without anybody's words.

``AGENT_OBSERVABILITY_ENABLED=true`` switches it on; otherwise nothing here is imported. Where to:
``OTEL_EXPORTER_OTLP_ENDPOINT``, else X-Ray's own endpoint of ``AWS_REGION``. A collector that is
slow or gone costs spans and no answer: they are sent by a thread, with a time-out, from a queue
that drops what it has no room for.
"""

import logging
import os
import re
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

logger = logging.getLogger(__name__)

ON = "AGENT_OBSERVABILITY_ENABLED"
CONTENT = "BIZASSIST_TRACE_CONTENT"
CONVENTIONS = "OTEL_SEMCONV_STABILITY_OPT_IN"
LATEST = "gen_ai_latest_experimental"
REDACTED = "gen_ai_unredacted_attributes="
"""Read by Strands' tracer: nothing of what it calls sensitive is left as it is."""
TRACES = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
COLLECTOR = "OTEL_EXPORTER_OTLP_ENDPOINT"
XRAY = re.compile(r"https://xray\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/v1/traces")
SEND_SECONDS = 5
STOP_SECONDS = 3.0


def is_on() -> bool:
    """Whether spans are to be recorded."""
    return _is_true(ON)


def start_or_log(service: str) -> "Telemetry | None":
    """Record spans from now on; None, and a line in the log, where the environment forbids it.

    Nobody goes without an answer because a variable has a slip in it.
    """
    try:
        return set_up(service)
    except Exception as error:  # noqa: BLE001 - whatever a library makes of the environment
        logger.error("no spans are recorded: %s", type(error).__name__)  # noqa: TRY400 - one line
        return None


def set_up(service: str) -> "Telemetry":
    """Record spans from now on; takes the time of a few imports.

    :param service: the name of this process, unless ``OTEL_SERVICE_NAME`` says another.
    """
    from opentelemetry.sdk.extension.aws.trace import AwsXRayIdGenerator  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    from opentelemetry.trace import set_tracer_provider  # noqa: PLC0415

    from agent.telemetry.span_redaction import SpanRedactingExporter  # noqa: PLC0415

    with_content = _is_true(CONTENT)
    os.environ.setdefault(CONVENTIONS, LATEST if with_content else f"{LATEST},{REDACTED}")
    name = os.environ.get("OTEL_SERVICE_NAME") or service
    provider = TracerProvider(
        resource=Resource.create({"service.name": name, "aws.service.type": "gen_ai_agent"}),
        id_generator=AwsXRayIdGenerator(),
        shutdown_on_exit=False,
    )
    exporter = _exporter()
    provider.add_span_processor(
        BatchSpanProcessor(exporter if with_content else SpanRedactingExporter(exporter))
    )
    set_tracer_provider(provider)
    return Telemetry(provider)


class Telemetry:
    """Spans that are recorded, until it is stopped."""

    def __init__(self, provider: "TracerProvider") -> None:
        self._provider = provider

    def stop(self) -> None:
        """Send what is left, and wait for it no longer than a moment."""
        sending = threading.Thread(target=self._provider.shutdown, daemon=True)
        sending.start()
        sending.join(STOP_SECONDS)


def _exporter() -> "SpanExporter":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )

    endpoint = os.environ.get(TRACES) or _default()
    amazon = endpoint and XRAY.fullmatch(endpoint)
    if not amazon:
        return OTLPSpanExporter(endpoint=endpoint, timeout=SEND_SECONDS)
    return _signed(amazon[0], amazon["region"])


def _default() -> str | None:
    """X-Ray, unless the environment names a collector, which the exporter finds by itself."""
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if os.environ.get(COLLECTOR) or not region:
        return None
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://xray.{region}.{suffix}/v1/traces"


def _signed(endpoint: str, region: str) -> "SpanExporter":
    from amazon.opentelemetry.distro.exporter.otlp.aws.traces.otlp_aws_span_exporter import (  # noqa: PLC0415
        OTLPAwsSpanExporter,
    )
    from botocore.session import get_session  # noqa: PLC0415

    # It would move messages from spans into the log: with us they are in neither, or in the spans.
    os.environ.setdefault("AWS_GENAI_CONTENT_EXTRACTION_OPT_OUT", "true")
    exporter: SpanExporter = OTLPAwsSpanExporter(
        region, get_session(), endpoint, timeout=SEND_SECONDS
    )
    return exporter


def _is_true(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() == "true"
