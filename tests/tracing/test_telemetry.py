"""What the agent's variables switch on: where spans go, and whether words go with them."""

import asyncio
import os
import sys

import pytest

from tests.tracing.collector import collecting

SECRET = "what a person wrote"
SEND = f"""
from agent.telemetry import export as telemetry
on = telemetry.set_up("bizassist-agent")
from opentelemetry.trace import get_tracer
with get_tracer("test").start_as_current_span("chat") as span:
    span.set_attribute("gen_ai.input.messages", {SECRET!r})
    span.set_attribute("gen_ai.operation.name", "chat")
on.stop()
"""
WHERE = """
from agent.telemetry import export
exporter = export._exporter()
print(type(exporter).__name__, exporter._endpoint)
"""


async def run(program: str, **environment: str) -> str:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program),
        env={**ours, "PYTHONPATH": ":".join(sys.path), **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, problem = await process.communicate()
    assert process.returncode == 0, problem.decode()
    return out.decode().strip()


@pytest.mark.parametrize(("content", "sent"), [("", False), ("false", False), ("true", True)])
async def test_words_are_sent_only_where_that_is_switched_on(content: str, sent: bool) -> None:
    async with collecting() as collector:
        await run(SEND, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, BIZASSIST_TRACE_CONTENT=content)

    (span,) = collector.spans
    assert span.service == "bizassist-agent"
    assert span.attributes["gen_ai.operation.name"] == "chat"
    assert (SECRET in span.whole) is sent


async def test_a_service_may_have_another_name() -> None:
    async with collecting() as collector:
        await run(SEND, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_SERVICE_NAME="ours")

    assert [span.service for span in collector.spans] == ["ours"]


async def test_without_a_collector_spans_go_to_x_ray_of_the_region() -> None:
    assert await run(WHERE, AWS_REGION="eu-central-1") == (
        "OTLPAwsSpanExporter https://xray.eu-central-1.amazonaws.com/v1/traces"
    )


async def test_a_collector_comes_before_x_ray() -> None:
    given = {"AWS_REGION": "eu-central-1", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}

    assert await run(WHERE, **given) == "OTLPSpanExporter http://127.0.0.1:9/v1/traces"


BROKEN = """
import asyncio
from agent.telemetry import export as agents
from bizassist import telemetry as chats
assert agents.start_or_log("x") is None
async def serve():
    async with chats.recording():
        print("goes on")
asyncio.run(serve())
"""


async def test_a_slip_in_a_variable_takes_nobodys_answer() -> None:
    given = {"AGENT_OBSERVABILITY_ENABLED": "true", "OTEL_BSP_MAX_QUEUE_SIZE": "-1"}

    assert await run(BROKEN, **given) == "goes on"
