"""One conversation with a tool for each provider: streamed, by the provider's own protocol."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.agent.local_agent import Answer, Cloud, ask, fresh_person, runtime_of, serving
from tests.agent.models.providers.bedrock import ANSWER, Bedrock
from tests.clients.node import node_tool
from tests.ports import free_port
from tests.some import some

QUESTION = "Is LAPTOP-2024-001 still under warranty?"
ANSWERS = Path(__file__).with_name("answers.json")
CLAUDE = "bedrock:anthropic.claude-sonnet-4-20250514-v1:0"


@pytest_asyncio.fixture(scope="session")
async def aimock() -> AsyncIterator[str]:
    """The address of a server that speaks as Anthropic, OpenAI and Ollama do."""
    command = await asyncio.to_thread(node_tool, "llmock")
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *command, "-p", str(port), "-f", str(ANSWERS), "-c", "9", "--strict", "--log-level", "warn"
    )
    address = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient() as http, asyncio.timeout(30):
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if (await http.get(f"{address}/health")).is_success:
                        break
                assert process.returncode is None
                await asyncio.sleep(0.05)
        yield address
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 10)


def streamed(answer: Answer) -> str:
    """The text of an answer that came in pieces, after one good call of the tool."""
    assert answer.types[-1] == "RUN_FINISHED", answer.events
    assert answer.one("TOOL_CALL_START")["toolCallName"] == "warranty___check_warranty_status"
    assert "ProBook 14 laptop" in answer.one("TOOL_CALL_RESULT")["content"]
    assert answer.types.count("TEXT_MESSAGE_CONTENT") > 3
    result = answer.one("RUN_FINISHED")["result"]["usage"]
    assert result["tool_calls"] == 1
    return answer.text.strip()


@pytest.mark.parametrize(
    ("setting", "path"),
    [("anthropic:claude-sonnet-4-5", ""), ("openai:gpt-5", "/v1"), ("ollama:llama3.2", "")],
)
async def test_a_conversation_with_a_tool(
    setting: str, path: str, cloud: Cloud, gateway: str, aimock: str
) -> None:
    settings = cloud.settings(model=setting, model_api_key="key", model_base_url=f"{aimock}{path}")
    async with serving(runtime_of(cloud, settings)) as address:
        # Of whom something is remembered, the model is told it with each call.
        answer = await ask(address, fresh_person(cloud.parameters)[1], QUESTION)

    assert streamed(answer) == ANSWER


async def test_a_conversation_over_bedrock_is_cached_and_guarded(
    cloud: Cloud, gateway: str
) -> None:
    bedrock = Bedrock()
    async with serving(bedrock.app()) as base:
        settings = cloud.settings(
            model=CLAUDE, model_base_url=base, guardrail_id="gr1abcdefghi", guardrail_version="3"
        )
        async with serving(runtime_of(cloud, settings)) as address:
            answer = await ask(address, cloud.tokens["alice"], QUESTION)

    assert streamed(answer) == ANSWER
    used = answer.one("RUN_FINISHED")["result"]["usage"]
    assert (used["input_tokens"], used["output_tokens"]) == (2_000, 56)
    assert len(bedrock.requests) == 2
    for asked in some(bedrock.requests):
        assert "cachePoint" in asked["system"][-1]
        assert "cachePoint" in asked["toolConfig"]["tools"][-1]
        assert any("cachePoint" in block for m in asked["messages"] for block in m["content"])
        guardrail = asked["guardrailConfig"]
        assert guardrail["guardrailIdentifier"] == "gr1abcdefghi"
        assert guardrail["guardrailVersion"] == "3"
        assert asked["inferenceConfig"]["maxTokens"] > 0


async def test_without_a_guardrail_bedrock_is_told_of_none(cloud: Cloud, gateway: str) -> None:
    bedrock = Bedrock()
    async with serving(bedrock.app()) as base:
        settings = cloud.settings(model=CLAUDE, model_base_url=base)
        async with serving(runtime_of(cloud, settings)) as address:
            answer = await ask(address, cloud.tokens["alice"], QUESTION)

    assert streamed(answer) == ANSWER
    assert all("guardrailConfig" not in asked for asked in some(bedrock.requests))
