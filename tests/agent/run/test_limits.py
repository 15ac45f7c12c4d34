"""What one answer may cost: each limit ends it in a plain sentence, and the talk goes on."""

import asyncio
import json
from collections.abc import AsyncIterable
from typing import Any

import pytest
from strands.types.content import Messages
from strands.types.streaming import StreamEvent
from strands.types.tools import ToolSpec

from tests.agent.gateway_tool_specs import WARRANTY
from tests.agent.local_agent import Answer, Cloud, ask, runtime_of, serving, thread
from tests.agent.scripted_models import TestModel


class Restless(TestModel):
    """Calls the same tool again and again, two at a time; says one word before that."""

    def __init__(self) -> None:
        async def nothing(_: Messages) -> None: ...

        super().__init__(nothing)
        self.asked = 0

    async def stream(
        self,
        messages: Messages,
        tool_specs: list[ToolSpec] | None = None,
        system_prompt: str | None = None,
        **_: Any,
    ) -> AsyncIterable[StreamEvent]:
        self.asked += 1
        yield {"messageStart": {"role": "assistant"}}
        yield {"contentBlockStart": {"start": {}}}
        yield {"contentBlockDelta": {"delta": {"text": "Again. "}}}
        yield {"contentBlockStop": {}}
        for call in range(2):
            use: Any = {"name": WARRANTY, "toolUseId": f"r-{self.asked}-{call}"}
            given = json.dumps({"serial_number": "LAPTOP-2024-001"})
            yield {"contentBlockStart": {"start": {"toolUse": use}}}
            yield {"contentBlockDelta": {"delta": {"toolUse": {"input": given}}}}
            yield {"contentBlockStop": {}}
        yield {"messageStop": {"stopReason": "tool_use"}}
        usage: Any = {"inputTokens": 900, "outputTokens": 100, "totalTokens": 1000}
        yield {"metadata": {"usage": usage, "metrics": {"latencyMs": 0}}}


async def _asked(cloud: Cloud, model: TestModel, **limits: int) -> tuple[Answer, Answer]:
    """A question to a model under limits, and the next one of the same conversation."""
    session = thread()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("agent.models.providers.model", lambda _: model)
        async with serving(runtime_of(cloud, cloud.settings(**limits))) as address:
            first = await ask(address, cloud.tokens["alice"], "Go on for ever", session)
    async with serving(runtime_of(cloud)) as address:
        return first, await ask(address, cloud.tokens["alice"], "What did I ask?", session)


async def test_tool_calls_are_limited(cloud: Cloud, gateway: str) -> None:
    model = Restless()
    answer, after = await _asked(cloud, model, turn_tool_calls=3)

    assert answer.types[-1] == "RUN_FINISHED"
    assert answer.text.endswith(
        "_I stopped here: 3 tool calls are the most for one answer. Please ask for less at once._"
    )
    assert model.asked == 2
    results = [e["content"] for e in answer.events if e["type"] == "TOOL_CALL_RESULT"]
    assert sum('"active"' in result for result in results) == 3
    assert "Go on for ever" in after.text


async def test_tokens_are_limited(cloud: Cloud, gateway: str) -> None:
    model = Restless()
    answer, after = await _asked(cloud, model, turn_tokens=2_500)

    assert answer.types[-1] == "RUN_FINISHED"
    assert "2,500 tokens are the most for one answer." in answer.text
    assert model.asked == 3
    assert "Go on for ever" in after.text


async def test_time_is_limited_and_what_was_said_stays(cloud: Cloud, gateway: str) -> None:
    class Slow(Restless):
        async def stream(self, *args: Any, **kwargs: Any) -> AsyncIterable[StreamEvent]:
            async for event in super().stream(*args, **kwargs):
                yield event
                await asyncio.sleep(0.4)

    answer, after = await _asked(cloud, Slow(), turn_seconds=1)

    assert answer.types[-1] == "RUN_FINISHED"
    assert answer.text.startswith("Again.")
    assert "1 seconds are the most for one answer." in answer.text
    assert "Go on for ever" in after.text


async def test_a_model_that_hangs_is_left(
    cloud: Cloud, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.run.limits.GRACE_SECONDS", 0.2)

    async def hang(_: Messages) -> None:
        await asyncio.Event().wait()

    answer, after = await _asked(cloud, TestModel(hang), turn_seconds=1)

    assert answer.types[-1] == "RUN_FINISHED"
    assert "1 seconds are the most for one answer." in answer.text
    assert after.types[-1] == "RUN_FINISHED"
