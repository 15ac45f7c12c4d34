"""Calls a tool as AgentCore Gateway does, and holds its answer to the schema."""

from types import SimpleNamespace
from typing import Any

import fastjsonschema

from gateway_tools import catalog
from gateway_tools.handler import handler
from tests.some import some


def lambda_context(full_name: str) -> SimpleNamespace:
    """The context that Lambda gets from the Gateway."""
    custom = {
        "bedrockAgentCoreMessageVersion": "1.0",
        "bedrockAgentCoreAwsRequestId": "request",
        "bedrockAgentCoreMcpMessageId": "message",
        "bedrockAgentCoreGatewayId": "gateway",
        "bedrockAgentCoreTargetId": "target",
        "bedrockAgentCoreToolName": full_name,
    }
    return SimpleNamespace(client_context=SimpleNamespace(custom=custom), aws_request_id="request")


def call(tool: str, **arguments: Any) -> dict[str, Any]:
    """The tool's answer, which its output schema must allow."""
    answer = handler(arguments, lambda_context(f"target___{tool}"))
    assert "error" not in answer, answer
    fastjsonschema.validate(catalog.definition(tool)["outputSchema"], answer)
    return answer


def refused(tool: str, **arguments: Any) -> dict[str, str]:
    """The tool's error, which must be complete."""
    answer = handler(arguments, lambda_context(f"target___{tool}"))
    assert set(answer) == {"error"}, answer
    error: dict[str, str] = answer["error"]
    assert set(error) == {"code", "message", "next_step"}
    assert all(some(error.values()))
    return error


def search(query: str = "python", **options: Any) -> list[dict[str, str]]:
    """What a web search finds."""
    results: list[dict[str, str]] = call("web_search", query=query, **options)["results"]
    return results
