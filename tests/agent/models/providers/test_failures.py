"""A provider that fails ends in one plain sentence, soon, and without a word of its own."""

import json
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.agent.local_agent import Answer, Cloud, ask, runtime_of, serving
from tests.ports import free_port

BEDROCK = "bedrock:anthropic.claude-sonnet-4-20250514-v1:0"
ANTHROPIC, OPENAI, OLLAMA = "anthropic:claude-sonnet-4-5", "openai:gpt-5", "ollama:llama3.2"
MOST_ATTEMPTS = 3
SECRET = "hunter2"


class Failing:
    """A provider that answers every request with one error."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        self.asked = 0
        self._status = status
        self._kind = kind
        self._message = f"{message} {SECRET}"

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self._fail, methods=["POST"])])

    async def _fail(self, _: Request) -> Response:
        self.asked += 1
        error = {"type": self._kind, "code": self._kind, "message": self._message}
        body: dict[str, Any] = {"type": "error", "error": error, "message": self._message}
        if self._kind == "ollama":
            body = {"error": self._message}
        headers = {"x-amzn-ErrorType": self._kind, "retry-after-ms": "1"}
        return Response(json.dumps(body), self._status, headers, "application/json")


async def asked(cloud: Cloud, setting: str, base: str) -> Answer:
    settings = cloud.settings(model=setting, model_api_key="key", model_base_url=base)
    async with serving(runtime_of(cloud, settings)) as address:
        return await ask(address, cloud.tokens["alice"], "Is LAPTOP-2024-001 under warranty?")


BUSY = (
    "MODEL_BUSY",
    "The AI model has too much to do at the moment. Please ask again in a minute.",
)
REFUSED = (
    "MODEL_REFUSED",
    "The AI model doesn't let me in: its key or its permission is not right.",
)
TOO_LONG = ("TOO_LONG", "This conversation has become too long for the AI model.")
UNKNOWN = ("MODEL_UNKNOWN", "The AI model that is set doesn't exist there.")


@pytest.mark.parametrize(
    ("setting", "error", "ends"),
    [
        (ANTHROPIC, (429, "rate_limit_error", "Number of requests"), BUSY),
        (ANTHROPIC, (401, "authentication_error", "invalid x-api-key"), REFUSED),
        (ANTHROPIC, (404, "not_found_error", "model: claude"), UNKNOWN),
        (ANTHROPIC, (400, "invalid_request_error", "prompt is too long: 9 > 8"), TOO_LONG),
        (OPENAI, (401, "invalid_api_key", "Incorrect API key provided"), REFUSED),
        (OPENAI, (400, "context_length_exceeded", "maximum context length"), TOO_LONG),
        (OLLAMA, (404, "ollama", "model 'llama3.2' not found"), UNKNOWN),
        (OLLAMA, (400, "ollama", "the input length exceeds the context length"), TOO_LONG),
        (BEDROCK, (429, "ThrottlingException", "Too many requests"), BUSY),
        (BEDROCK, (403, "AccessDeniedException", "not authorized"), REFUSED),
        (BEDROCK, (400, "ValidationException", "Input is too long for requested model"), TOO_LONG),
    ],
)
async def test_an_error_of_a_provider_is_one_plain_sentence(
    setting: str, error: tuple[int, str, str], ends: tuple[str, str], cloud: Cloud, gateway: str
) -> None:
    provider = Failing(*error)
    async with serving(provider.app()) as base:
        answer = await asked(cloud, setting, base)

    told = answer.one("RUN_ERROR")
    assert answer.types[-1] == "RUN_ERROR"
    assert told["code"] == ends[0], told
    assert told["message"].startswith(ends[1])
    assert SECRET not in str(answer.events)
    assert 1 <= provider.asked <= MOST_ATTEMPTS


@pytest.mark.parametrize("setting", [ANTHROPIC, OPENAI, OLLAMA, BEDROCK])
async def test_a_provider_that_is_not_there_is_said_so(
    setting: str, cloud: Cloud, gateway: str
) -> None:
    answer = await asked(cloud, setting, f"http://127.0.0.1:{free_port()}")

    error = answer.one("RUN_ERROR")
    assert error["code"] == "MODEL_UNREACHABLE", error
    assert error["message"].startswith("I can't reach the AI model at the moment.")
