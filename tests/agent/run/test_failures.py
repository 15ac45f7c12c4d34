"""What fails ends in one plain sentence; the details are in the log, tokens are nowhere."""

import asyncio
import contextlib
import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import AsyncIterable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
)
from strands.types.content import Messages
from strands.types.streaming import StreamEvent

from agent.app import application
from agent.authorization.rights import POLICY
from agent.telemetry.log import OneLineFormatter
from agent.thread_pool import RUNS, THREADS
from agent.tools.gateway import GatewayConnection
from agent.tools.machine_token import MachineToken, SharedToken
from bizassist.local import gateway as gateway_stand_in
from gateway_tools.handler import handler
from tests.agent.cut_connection import Way
from tests.agent.local_agent import (
    Cloud,
    ask,
    gateway_serving,
    runtime_of,
    serving,
    thread,
)
from tests.agent.scripted_models import TestModel, failing
from tests.ports import free_port

QUESTION = "Is LAPTOP-2024-001 under warranty?"


class Log(logging.Handler):
    """Keeps every record as the agent's log would write it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(OneLineFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log() -> Any:
    handler = Log()
    root = logging.getLogger()
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)


async def test_an_error_event_carries_a_sentence_and_an_id_that_is_in_the_log(
    cloud: Cloud, gateway: str, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.models.providers.model", lambda _: failing("hunter2"))
    async with serving(runtime_of(cloud)) as address:
        answer = await ask(address, cloud.tokens["alice"], "Hello")

    error = answer.one("RUN_ERROR")
    assert answer.types[-1] == "RUN_ERROR"
    assert "hunter2" not in str(answer.events)
    assert error["code"] == "INTERNAL_ERROR"
    found = re.search(r"tell your administrator this id: ([0-9a-f]{12})\.", error["message"])
    assert found is not None
    assert any(found[1] in line and "provider said" in line for line in log.lines)


async def test_a_model_that_cannot_be_built_ends_in_a_sentence(
    cloud: Cloud, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: str) -> None:
        raise ValueError("hunter2")

    monkeypatch.setattr("agent.models.providers.model", broken)
    async with serving(application(cloud.settings())) as address:
        answer = await ask(address, cloud.tokens["alice"], "Hello")

    assert answer.types == ["RUN_STARTED", "RUN_ERROR"]
    assert answer.one("RUN_ERROR")["message"].startswith("I can't work at the moment.")
    assert "hunter2" not in str(answer.events)


async def test_while_the_gateway_is_down_it_answers_and_says_what_is_missing(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it was down as the agent began; its tools come without a restart."""
    monkeypatch.setattr("agent.tools.gateway.RETRY_SECONDS", 0.1)
    late = Cloud(cloud.parameters, cloud.tokens, cloud.subjects, free_port())
    settings = cloud.settings(gateway_url=f"http://127.0.0.1:{late.gateway_port}/mcp")
    token, session = cloud.tokens["alice"], thread()
    async with serving(application(settings)) as address:
        answer = await ask(address, token, QUESTION, session)
        await asyncio.sleep(0.5)
        async with gateway_serving(late):
            back = await ask(address, token, QUESTION, session)

    assert answer.types[-1] == "RUN_FINISHED"
    assert "- **Show my memory**" in answer.text
    assert "Not available at the moment: all tools behind the company's Gateway." in answer.text
    assert "**active**" in back.text
    assert "Not available" not in back.text


async def test_it_names_the_tools_that_went_away_and_uses_them_again_when_they_are_back(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.tools.gateway.RETRY_SECONDS", 0.1)
    moved = Cloud(cloud.parameters, cloud.tokens, cloud.subjects, free_port())
    settings = cloud.settings(gateway_url=f"http://127.0.0.1:{moved.gateway_port}/mcp")
    token, session = cloud.tokens["alice"], thread()
    async with serving(application(settings)) as address:
        async with gateway_serving(moved):
            up = await ask(address, token, QUESTION, session)
        broken = await ask(address, token, QUESTION, session)
        down = await ask(address, token, QUESTION, session)
        await asyncio.sleep(0.5)
        async with gateway_serving(moved):
            back = await ask(address, token, QUESTION, session)

    assert "**active**" in up.text
    assert "couldn't reach the tool" in broken.text
    assert "Not available at the moment: " in down.text
    assert "check warranty status" in down.text
    assert "**active**" in back.text
    assert "Not available" not in back.text
    for answer in (broken, down):
        assert not re.search("Error|Exception|127.0.0.1", answer.text)


class Insisting(TestModel):
    """A model that makes its first call once more, whatever came of it."""

    def __init__(self) -> None:
        super().__init__(self._count)
        self._asked = 0

    async def _count(self, _: Messages) -> None:
        self._asked += 1

    async def stream(
        self, messages: Messages, *given: Any, **named: Any
    ) -> AsyncIterable[StreamEvent]:
        again = self._asked == 1
        async for event in super().stream(messages[:-2] if again else messages, *given, **named):
            start: Any = event.get("contentBlockStart", {}).get("start", {})
            if again and "toolUse" in start:
                start["toolUse"]["toolUseId"] = "again"
            yield event


ALL_ACT = POLICY.replace('@changes("nothing")', "")


REFUSED = "099"


class Refusing(gateway_stand_in.Gateway):
    """A Gateway that goes over to other arguments, and refuses to list its tools from then on."""

    _lists = True

    async def call_tool(
        self, context: ServerRequestContext, params: CallToolRequestParams
    ) -> CallToolResult:
        if REFUSED in str(params.arguments):
            self._lists = False
            raise MCPError(INVALID_PARAMS, "Invalid params")
        return await super().call_tool(context, params)

    async def list_tools(
        self, context: ServerRequestContext, params: PaginatedRequestParams | None
    ) -> ListToolsResult:
        if not self._lists:
            raise MCPError(INVALID_PARAMS, "Unknown cursor")
        return await super().list_tools(context, params)


class Handler:
    """The Lambda handler, whose first call is held until it is let go."""

    def __init__(self) -> None:
        self.calls = 0
        self.begun, self.let_go = asyncio.Event(), threading.Event()
        self._loop = asyncio.get_running_loop()
        self._really = handler

    def __call__(self, arguments: dict[str, Any], context: Any) -> dict[str, Any]:
        self.calls += 1
        if self.calls == 1:
            self._loop.call_soon_threadsafe(self.begun.set)
            assert self.let_go.wait(60)
        return self._really(arguments, context)


@pytest.mark.parametrize(
    ("effects", "says"), [(False, "couldn't reach the tool"), (True, "It may have been done")]
)
async def test_a_gateway_that_dies_in_the_middle_of_a_call_and_comes_back(
    cloud: Cloud, gateway: str, monkeypatch: pytest.MonkeyPatch, *, effects: bool, says: str
) -> None:
    """What is missing is named, an effect isn't made twice, the tools are back by themselves."""
    held, way = Handler(), Way(cloud.gateway_port)
    monkeypatch.setattr(gateway_stand_in, "handler", held)
    monkeypatch.setattr("agent.models.providers.model", lambda _: Insisting())
    monkeypatch.setattr("agent.tools.gateway.RETRY_SECONDS", 0.0)
    if effects:
        monkeypatch.setattr("agent.authorization.tool_effects.POLICY", ALL_ACT)
    settings = cloud.settings(gateway_url=f"http://127.0.0.1:{way.port}/mcp")
    token, session = cloud.tokens["alice"], thread()
    async with way.open(), serving(application(settings)) as address:
        asking = asyncio.create_task(ask(address, token, QUESTION, session, runId="r1"))
        await asyncio.wait_for(held.begun.wait(), 60)
        way.cut()
        cut = await asking
        again = await ask(address, token, QUESTION, session, runId="r1")
        held.let_go.set()
        calls = held.calls
        await way.mend()
        back = await ask(address, token, QUESTION, session)

    assert cut.types[-1] == "RUN_FINISHED"
    assert cut.types.count("TOOL_CALL_RESULT") == 2
    assert says in cut.text
    assert "Not available at the moment: " in cut.text
    assert "check warranty status" in cut.text
    assert not re.search("Error|Exception|127.0.0.1|session", cut.text)
    assert says in again.text
    assert calls == 1
    assert "**active**" in back.text
    assert "Not available" not in back.text


async def test_a_call_that_the_gateway_refuses_disturbs_nobody_elses(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error of JSON-RPC is an answer: the connection that all runs share stays as it is."""
    held = Handler()
    monkeypatch.setattr(gateway_stand_in, "handler", held)
    monkeypatch.setattr(gateway_stand_in, "Gateway", Refusing)
    connected: list[GatewayConnection] = []
    really = GatewayConnection.start

    def start(self: GatewayConnection) -> GatewayConnection:
        connected.append(self)
        really(self)
        return self

    monkeypatch.setattr(GatewayConnection, "start", start)
    here = Cloud(cloud.parameters, cloud.tokens, cloud.subjects, free_port())
    settings = cloud.settings(gateway_url=f"http://127.0.0.1:{here.gateway_port}/mcp")
    token, other = cloud.tokens["alice"], cloud.tokens["admin"]
    async with gateway_serving(here), serving(application(settings)) as address:
        asking = asyncio.create_task(ask(address, token, QUESTION))
        await asyncio.wait_for(held.begun.wait(), 60)
        refused = await ask(address, other, QUESTION.replace("001", REFUSED))
        next_one = await ask(address, other, QUESTION)
        held.let_go.set()
        answer = await asking

    assert "didn't take what I gave it. Please ask again in other words." in refused.text
    assert "Not available" not in refused.text
    assert "**active**" in next_one.text
    assert "**active**" in answer.text
    (connection,) = connected
    assert not connection.broken


async def test_a_call_with_effects_that_is_not_answered_in_time_is_not_made_again_by_its_run(
    cloud: Cloud, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Handler()
    monkeypatch.setattr(gateway_stand_in, "handler", held)
    monkeypatch.setattr("agent.models.providers.model", lambda _: Insisting())
    monkeypatch.setattr("agent.authorization.tool_effects.POLICY", ALL_ACT)
    monkeypatch.setattr("agent.tools.gateway.CALL_TIMEOUT", timedelta(seconds=1))
    async with serving(application(cloud.settings())) as address:
        answer = await ask(address, cloud.tokens["alice"], QUESTION)
        held.let_go.set()

    assert held.calls == 1
    assert answer.types.count("TOOL_CALL_RESULT") == 2
    assert "It may have been done" in answer.text


async def test_a_machine_token_that_is_refused_is_fetched_again(
    cloud: Cloud, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []

    async def counted(self: Any) -> None:
        fetched.append("token")
        await original(self)
        if len(fetched) == 1:
            self._token = "revoked"

    original = MachineToken._fetch
    monkeypatch.setattr(MachineToken, "_fetch", counted)
    monkeypatch.setattr(SharedToken, "read", lambda _: "")
    async with serving(application(cloud.settings())) as address:
        answer = await ask(address, cloud.tokens["alice"], QUESTION)

    assert "**active**" in answer.text
    assert fetched == ["token", "token"]


async def test_no_token_secret_or_traceback_is_in_the_log(
    runtime: str, cloud: Cloud, log: Log
) -> None:
    token = cloud.tokens["alice"]
    await ask(runtime, token, QUESTION)
    await ask(runtime, token[:-4], "Hello")
    logging.getLogger("some.package").warning("sent Authorization: Bearer %s", token)
    try:
        int(token)
    except ValueError:
        logging.getLogger("some.package").exception("oh\nno")

    text = "\n".join(log.lines)
    assert token not in text
    assert cloud.parameters["m2m_client_secret"] not in text
    assert "eyJ" not in text
    assert "Traceback" not in text
    assert re.search(r"oh no \[ValueError at .*test_failures.py:\d+\]", text)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"BIZASSIST_SSM_PREFIX": "/empty"}, "The setting issuer is missing: set the SSM"),
        ({"BIZASSIST_MODEL": "gpt"}, "BIZASSIST_MODEL is 'gpt'; it must be one of offline, "),
        ({"BIZASSIST_MODEL": "bedrock"}, "BIZASSIST_MODEL must name a model: bedrock:MODEL."),
        ({"PORT": "http"}, "PORT must be a number from 1 to 65535, not 'http'."),
        (
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
            "The parameters under /app/bizassist can't be read from SSM (EndpointConnectionError).",
        ),
    ],
)
def test_a_start_that_cannot_work_ends_in_clear_sentences(
    cloud: Cloud, changes: dict[str, str], sentence: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "agent"],
        env={**os.environ, **changes},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith(sentence)
    assert "Traceback" not in ended.stderr


async def _first_answer(http: httpx.AsyncClient, url: str) -> httpx.Response:
    for _ in range(2_000):
        with contextlib.suppress(httpx.ConnectError):
            return await http.get(url)
        await asyncio.sleep(0.05)
    raise AssertionError("nobody answers")


async def test_started_as_a_program_it_answers_and_stops_when_told(
    cloud: Cloud, gateway: str
) -> None:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "agent",
        env={**os.environ, "PORT": str(port)},
        stderr=asyncio.subprocess.PIPE,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient(timeout=30) as http:
            ping = await _first_answer(http, f"{address}/ping")
        answer = await ask(address, cloud.tokens["alice"], QUESTION)
    finally:
        process.terminate()
        _, log = await asyncio.wait_for(process.communicate(), 15)

    assert f"at most: threads {THREADS}, {RUNS} of them".encode() in log
    assert re.search(rb"in use: runs 1, threads \d+/%d" % THREADS, log)
    assert ping.json()["status"] == "Healthy"
    assert "**active**" in answer.text
    assert process.returncode in {0, -15}
    assert b"Traceback" not in log
    assert cloud.tokens["alice"].encode() not in log
