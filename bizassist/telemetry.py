"""The chat service's spans, sent to a collector or to X-Ray, only where it is asked for.

The switches are the agent's (``agent/telemetry/export.py``), which ships without this package. All
spans here are our own (``bots/trace.py``), and none has a word of anybody in it.
"""

import asyncio
import logging
import os
import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bots.errors import reason

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

ON = "AGENT_OBSERVABILITY_ENABLED"
SERVICE = "bizassist-chat"
COLLECTORS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
XRAY = re.compile(r"https://xray\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/v1/traces")
SEND_SECONDS = 5
STOP_SECONDS = 3.0

_log = logging.getLogger(__name__)


def is_on() -> bool:
    """Whether spans are to be recorded."""
    return os.environ.get(ON, "").strip().lower() == "true"


@asynccontextmanager
async def recording() -> AsyncIterator[None]:
    """Record spans while the block runs, if they are to be; its end waits for them but a moment."""
    if not is_on():
        yield
        return
    provider = await asyncio.to_thread(_begun)
    try:
        yield
    finally:
        if provider is not None:
            await asyncio.to_thread(_stop, provider)


def _begun() -> "TracerProvider | None":
    """Nobody goes without an answer because a variable has a slip in it."""
    try:
        return _provider()
    except Exception as error:  # noqa: BLE001 - whatever a library makes of the environment
        _log.error("no spans are recorded: %s", reason(error))
        return None


def _provider() -> "TracerProvider":
    from opentelemetry.sdk.extension.aws.trace import AwsXRayIdGenerator  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    from opentelemetry.trace import set_tracer_provider  # noqa: PLC0415

    name = os.environ.get("OTEL_SERVICE_NAME") or SERVICE
    provider = TracerProvider(
        resource=Resource.create({"service.name": name}),
        id_generator=AwsXRayIdGenerator(),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(BatchSpanProcessor(_exporter()))
    set_tracer_provider(provider)
    return provider


def _stop(provider: "TracerProvider") -> None:
    sending = threading.Thread(target=provider.shutdown, daemon=True)
    sending.start()
    sending.join(STOP_SECONDS)


def _exporter() -> "SpanExporter":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )

    amazon = XRAY.fullmatch(_endpoint())
    if not amazon:
        return OTLPSpanExporter(timeout=SEND_SECONDS)  # it reads the rest of the environment
    from amazon.opentelemetry.distro.exporter.otlp.aws.traces.otlp_aws_span_exporter import (  # noqa: PLC0415
        OTLPAwsSpanExporter,
    )
    from botocore.session import get_session  # noqa: PLC0415

    exporter: SpanExporter = OTLPAwsSpanExporter(
        amazon["region"], get_session(), amazon[0], timeout=SEND_SECONDS
    )
    return exporter


def _endpoint() -> str:
    """A collector's address, else that of X-Ray in this region; empty when there is neither."""
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    found = next((value for name in COLLECTORS if (value := os.environ.get(name))), "")
    if found or not region:
        return found
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://xray.{region}.{suffix}/v1/traces"
