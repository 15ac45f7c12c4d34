"""The runtime's stand-in: what AWS checks before the agent, and stopping a session."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio
from starlette.requests import Request
from starlette.responses import JSONResponse
from strands import tool

from agent.app import authorizer
from bizassist.local.runtime import Runtime
from tests.agent.local_agent import (
    SESSION_HEADER,
    Cloud,
    ask,
    run_input,
    runtime_of,
    serving,
    thread,
)
from tests.agent.scripted_models import BlockedModel


@pytest.fixture
def blocked_model(monkeypatch: pytest.MonkeyPatch) -> BlockedModel:
    blocked_model = BlockedModel()
    monkeypatch.setattr("agent.models.providers.model", lambda _: blocked_model.model())
    return blocked_model


@pytest_asyncio.fixture
async def blocked_agent(
    cloud: Cloud, gateway: str, blocked_model: BlockedModel
) -> AsyncIterator[str]:
    async with serving(runtime_of(cloud)) as address:
        yield address


async def _stop(cloud: Cloud, address: str, person: str, session: str) -> httpx.Response:
    arn = quote(cloud.parameters["runtime_arn"], safe="")
    headers = {"Authorization": f"Bearer {cloud.tokens[person]}", SESSION_HEADER: session}
    async with httpx.AsyncClient(timeout=20) as http:
        return await http.post(f"{address}/runtimes/{arn}/stopruntimesession", headers=headers)


async def test_without_or_with_a_wrong_token_it_answers_as_aws_does(
    runtime: str, cloud: Cloud
) -> None:
    nobody = await ask(runtime, None, "Hello")
    garbage = await ask(runtime, "x.y.z", "Hello")

    assert (nobody.status, garbage.status) == (401, 401)
    assert nobody.body == '{"message":"Missing Authentication Token"}'
    assert garbage.body == '{"message":"Invalid Bearer token."}'


@pytest.mark.parametrize("length", [0, 32, 257])
async def test_a_session_id_has_33_to_256_characters(
    runtime: str, cloud: Cloud, length: int
) -> None:
    headers = {SESSION_HEADER: "s" * length}
    answer = await ask(runtime, cloud.tokens["alice"], "Hello", headers=headers)

    assert answer.status == 400
    assert "33 to 256" in answer.body


@pytest.mark.parametrize(
    "path", ["/runtimes/arn%3Aother/invocations", "/runtimes/x/y/invocations", "/", "/admin"]
)
async def test_there_is_no_other_runtime_and_no_other_path(
    runtime: str, cloud: Cloud, path: str
) -> None:
    answer = await ask(runtime, cloud.tokens["alice"], "Hello", path=path)

    assert answer.status == 404


async def test_only_headers_on_the_allow_list_reach_the_agent(cloud: Cloud) -> None:
    async def container(scope: object, receive: object, send: object) -> None:
        headers = dict(Request(scope).headers)  # type: ignore[arg-type]
        await JSONResponse(headers)(scope, receive, send)  # type: ignore[arg-type]

    async def ended(*_: str) -> None: ...

    arn = cloud.parameters["runtime_arn"]
    app = Runtime(container, authorizer(cloud.settings()), arn, ended)
    custom = "x-amzn-bedrock-agentcore-runtime-custom-locale"
    async with serving(app) as address, httpx.AsyncClient() as http:
        response = await http.post(
            f"{address}/invocations",
            json={},
            headers={
                "Authorization": f"Bearer {cloud.tokens['alice']}",
                SESSION_HEADER: thread(),
                custom: "de",
                "X-Amzn-Bedrock-AgentCore-Runtime-User-Id": "admin",
                "X-Forwarded-User": "admin",
                "Cookie": "session=1",
                "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            },
        )
    seen = response.json()

    assert seen[custom] == "de"
    assert seen["authorization"].startswith("Bearer ")
    assert set(seen) == {
        "accept",
        "authorization",
        "content-length",
        "content-type",
        custom,
        SESSION_HEADER.lower(),
        "traceparent",
        "x-amzn-bedrock-agentcore-runtime-request-id",
    }


async def test_it_is_busy_while_it_works(
    blocked_agent: str, cloud: Cloud, blocked_model: BlockedModel
) -> None:
    async with httpx.AsyncClient() as http:
        before = (await http.get(f"{blocked_agent}/ping")).json()["status"]
        asking = asyncio.create_task(ask(blocked_agent, cloud.tokens["alice"], "Hello"))
        await blocked_model.reached.wait()
        during = (await http.get(f"{blocked_agent}/ping")).json()["status"]
        blocked_model.opened.set()
        assert (await asking).types[-1] == "RUN_FINISHED"
        after = (await http.get(f"{blocked_agent}/ping")).json()["status"]

    assert (before, during, after) == ("Healthy", "HealthyBusy", "Healthy")


async def test_stop_ends_the_run_and_the_conversation_can_go_on(
    blocked_agent: str, cloud: Cloud, blocked_model: BlockedModel
) -> None:
    token, session = cloud.tokens["alice"], thread()
    asking = asyncio.create_task(ask(blocked_agent, token, "Hello", session))
    await blocked_model.reached.wait()

    stopped = await _stop(cloud, blocked_agent, "alice", session)
    answer = await asyncio.wait_for(asking, 5)

    assert stopped.status_code == 200
    assert blocked_model.cancelled.is_set()
    assert "RUN_FINISHED" not in answer.types
    blocked_model.opened.set()
    again = await ask(blocked_agent, token, "Hello again", session)
    assert again.types[-1] == "RUN_FINISHED"


async def test_nobody_stops_another_persons_session(
    blocked_agent: str, cloud: Cloud, blocked_model: BlockedModel
) -> None:
    session = thread()
    asking = asyncio.create_task(ask(blocked_agent, cloud.tokens["alice"], "Hello", session))
    await blocked_model.reached.wait()

    await _stop(cloud, blocked_agent, "admin", session)

    assert not blocked_model.cancelled.is_set()
    blocked_model.opened.set()
    assert (await asking).types[-1] == "RUN_FINISHED"


async def test_a_client_that_goes_away_ends_its_run(
    blocked_agent: str, cloud: Cloud, blocked_model: BlockedModel
) -> None:
    headers = {"Authorization": f"Bearer {cloud.tokens['alice']}", SESSION_HEADER: thread()}
    body = run_input("Hello", headers[SESSION_HEADER])
    async with httpx.AsyncClient() as http:
        with contextlib.suppress(httpx.ReadTimeout):
            await http.post(f"{blocked_agent}/invocations", json=body, headers=headers, timeout=1.5)
    await asyncio.wait_for(blocked_model.cancelled.wait(), 5)


async def test_a_second_question_in_a_session_waits_for_the_first(
    blocked_agent: str, cloud: Cloud, blocked_model: BlockedModel
) -> None:
    token, session = cloud.tokens["alice"], thread()
    first = asyncio.create_task(ask(blocked_agent, token, "I ask first", session))
    await blocked_model.reached.wait()
    second = asyncio.create_task(ask(blocked_agent, token, "What did I ask?", session))
    await asyncio.sleep(0.3)
    assert not second.done()
    blocked_model.opened.set()

    assert (await first).types[-1] == "RUN_FINISHED"
    assert "I ask first" in (await second).text


async def test_a_second_question_that_waits_too_long_is_told_so(
    blocked_agent: str, cloud: Cloud, blocked_model: BlockedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.run.session_lock.BUSY_SECONDS", 0.2)
    token, session = cloud.tokens["alice"], thread()
    first = asyncio.create_task(ask(blocked_agent, token, "Hello", session))
    await blocked_model.reached.wait()
    second = await ask(blocked_agent, token, "Hello?", session)
    blocked_model.opened.set()

    assert second.one("RUN_ERROR")["code"] == "BUSY"
    assert "still working on your previous question" in second.one("RUN_ERROR")["message"]
    assert (await first).types[-1] == "RUN_FINISHED"


async def test_stop_ends_a_tool_at_work_and_leaves_no_call_without_its_result(
    cloud: Cloud, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, cancelled = asyncio.Event(), asyncio.Event()

    @tool
    async def look_up_client_account(client: str) -> str:
        """Look up a client's account by id, company name or e-mail."""
        reached.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return client

    token, session = cloud.tokens["alice"], thread()
    with monkeypatch.context() as patch:
        patch.setattr(
            "agent.run.agent_factory.client_account_tool", lambda *_: look_up_client_account
        )
        async with serving(runtime_of(cloud)) as address:
            question = "Look up the client account C-1001"
            asking = asyncio.create_task(ask(address, token, question, session))
            await asyncio.wait_for(reached.wait(), 20)
            await _stop(cloud, address, "alice", session)
            stopped = await asyncio.wait_for(asking, 10)
            await asyncio.wait_for(cancelled.wait(), 5)
    async with serving(runtime_of(cloud)) as address:
        again = await ask(address, token, "Is LAPTOP-2024-001 under warranty?", session)

    assert "TOOL_CALL_START" in stopped.types
    assert "RUN_FINISHED" not in stopped.types
    assert "**active**" in again.text
