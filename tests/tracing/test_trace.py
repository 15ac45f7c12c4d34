"""One trace from a question to the tool that answers it, through every process, without a word."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.conftest import Stack, dev_stack
from tests.person import answered, signed_in
from tests.some import some
from tests.tracing.collector import Collector, Received, collecting, silent

QUESTION = "Is serial LAPTOP-2024-001 still under warranty for my aunt Wilhelmina?"
TOOL = "warranty___check_warranty_status"
STORY = (
    ("bizassist-chat", "POST /chat/{conversation}"),
    ("bizassist-chat", "inbox"),
    ("bizassist-chat", "turn"),
    ("bizassist-chat", "invoke_agent bizassist"),
    ("bizassist-agent", "POST /invocations"),
    ("bizassist-agent", "invoke_agent bizassist"),
    ("bizassist-agent", "execute_event_loop_cycle"),
    ("bizassist-agent", f"execute_tool {TOOL}"),
    ("bizassist-agent", f"MCP send tools/call {TOOL}"),
    ("bizassist-gateway", f"tools/call {TOOL}"),
    ("bizassist-gateway", f"lambda {TOOL}"),
)


@pytest.fixture(scope="module")
async def collector() -> AsyncIterator[Collector]:
    async with collecting() as running:
        yield running


def switch_on(patch: pytest.MonkeyPatch, address: str) -> None:
    patch.setenv("AGENT_OBSERVABILITY_ENABLED", "true")
    patch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)
    patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")


@pytest.fixture(scope="module")
async def traced(
    tmp_path_factory: pytest.TempPathFactory, collector: Collector
) -> AsyncIterator[Stack]:
    """The whole product, told to send its spans to the collector."""
    async with AsyncExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            switch_on(patch, collector.url)
            state = tmp_path_factory.mktemp("traced") / "state"
            running = await stack.enter_async_context(dev_stack(state))
        yield running


async def asked(stack: Stack) -> tuple[str, str]:
    """The trace of an answer, as its page shows it, and the answer."""
    async with signed_in(stack, "alice") as alice:
        text = await answered(alice, QUESTION)
    found = re.search(r"Trace ([0-9a-f]{32})", text)
    assert found, text
    return found[1], text


def parent_of(span: Received, spans: list[Received]) -> Received | None:
    return next((one for one in spans if one.id == span.parent), None)


def ancestors(span: Received, spans: list[Received]) -> list[tuple[str, str]]:
    story, current = [], span
    while (above := parent_of(current, spans)) is not None:
        story.append((above.service, above.name))
        current = above
    assert current.parent == "", f"{current} hangs in the air"
    return story


async def test_one_trace_tells_the_whole_story(traced: Stack, collector: Collector) -> None:
    trace, text = await asked(traced)
    assert "active" in text
    spans = await collector.until(trace, *(name for _, name in STORY), "chat")

    last = next(span for span in spans if (span.service, span.name) == STORY[-1])
    assert ancestors(last, spans)[::-1] == list(STORY[:-1])
    model = next(span for span in spans if span.name == "chat")
    assert ("bizassist-agent", "execute_event_loop_cycle") in ancestors(model, spans)
    assert model.attributes["gen_ai.operation.name"] == "chat"
    assert model.attributes["gen_ai.request.model"] == "offline"
    assert model.attributes["gen_ai.usage.input_tokens"] > 0
    tool = next(span for span in spans if span.name == f"execute_tool {TOOL}")
    assert tool.attributes["gen_ai.tool.name"] == TOOL
    assert tool.attributes["gen_ai.tool.status"] == "success"
    for span in spans:
        ancestors(span, spans)


async def test_no_span_has_a_word_of_anybody(traced: Stack, collector: Collector) -> None:
    trace, _ = await asked(traced)
    await collector.until(trace, STORY[0][1], "turn", "POST /invocations")

    sent = "\n".join(span.whole for span in collector.spans)
    assert "execute_tool" in sent
    for word in (
        *("LAPTOP", "Wilhelmina", "aunt", "serial LAPTOP", "active", "under warranty"),
        *("alice", "example.com", "eyJ", "Bearer", "REDACTED", "You are BizAssist"),
        traced.password("alice"),
        *(secret for name, secret in traced.parameters.items() if name.endswith("secret")),
        *(traced.slack_signing_secret, traced.slack_bot_token),
    ):
        assert word not in sent, word
    assert not any(span.whole.count("events {") for span in some(collector.spans))


async def test_the_log_of_each_process_names_the_trace(traced: Stack, collector: Collector) -> None:
    async with signed_in(traced, "alice") as alice:
        await answered(alice, "Find the serial numbers of the devices of dana@example.com")
        (trace,) = re.findall(r"<code>([0-9a-f]{32})</code>", alice.page.text)

    assert f"trace={trace}" in traced.log("agent")  # the refusal is audited
    xray = f"Root=1-{trace[:8]}-{trace[8:]};"
    known, _ = await asked(traced)
    assert f"Root=1-{known[:8]}-{known[8:]};" in traced.log("gateway")
    assert xray not in traced.log("gateway")  # a refused call never arrives there


async def test_a_failed_tool_is_a_failed_span_without_its_words(
    traced: Stack, collector: Collector
) -> None:
    async with signed_in(traced, "alice") as alice:
        await answered(alice, "Is serial UNHEARD-OF-77 still under warranty?")
        (trace,) = re.findall(r"<code>([0-9a-f]{32})</code>", alice.page.text)
    spans = await collector.until(trace, f"execute_tool {TOOL}")

    (tool,) = [span for span in spans if span.name == f"execute_tool {TOOL}"]
    assert tool.attributes["gen_ai.tool.status"] == "error"
    assert "UNHEARD" not in "".join(span.whole for span in spans)


async def test_a_collector_that_never_answers_slows_nothing_and_holds_nothing_up(
    tmp_path: Path,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        async with silent() as address:
            switch_on(patch, address)
            async with dev_stack(tmp_path / "state") as stack:
                for _ in range(2):
                    _, text = await asked(stack)
                    assert "active" in text
                await asyncio.sleep(1)  # by now each process waits for the collector
                _, text = await asked(stack)
                assert "active" in text
                stopping = time.monotonic()
            # Longer than this and every part would have been killed for not ending.
            assert time.monotonic() - stopping < 30


async def test_where_it_is_off_nothing_is_sent_and_the_trace_has_a_name(
    stack: Stack, collector: Collector
) -> None:
    trace, _ = await asked(stack)

    assert collector.of(trace) == []
