"""The runtime's stand-in: what AWS checks before the agent, cancelled runs, stopped sessions."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from strands import tool

from agent import app
from agent.app import authorizer
from agent.run import runs_under_way
from agent.run.runs_under_way import RunsUnderWay
from bizassist.local.runtime import Runtime
from tests.agent.local_agent import (
    SESSION_HEADER,
    Cloud,
    ask,
    cancel,
    runtime_of,
    runtime_session,
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


async def _stop(cloud: Cloud, address: str, person: str, session: str = "") -> httpx.Response:
    """Stop a session with a person's token; their own, unless another is named."""
    arn, token = quote(cloud.parameters["runtime_arn"], safe=""), cloud.tokens[person]
    session = session or runtime_session(token)
    headers = {"Authorization": f"Bearer {token}", SESSION_HEADER: session}
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
    only = Runtime(container, authorizer(cloud.settings()), arn, RunsUnderWay(), ended)
    custom = "x-amzn-bedrock-agentcore-runtime-custom-locale"
    async with serving(only) as address, httpx.AsyncClient() as http:
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
        before = (await http.get(f"{blocked_agent}/ping")).json()
        asking = asyncio.create_task(ask(blocked_agent, cloud.tokens["alice"], "Hello"))
        await blocked_model.reached.wait()
        during = (await http.get(f"{blocked_agent}/ping")).json()
        blocked_model.opened.set()
        assert (await asking).types[-1] == "RUN_FINISHED"
        after = (await http.get(f"{blocked_agent}/ping")).json()

    told = [before, during, after]
    assert [one["status"] for one in told] == ["Healthy", "HealthyBusy", "Healthy"]
    times = [one["time_of_last_update"] for one in told]
    assert times == sorted(times)
    assert times[-1] <= time.time()


async def test_a_cancelled_run_says_so_and_the_conversation_can_go_on(
    blocked_agent: str, cloud: Cloud, blocked_model: BlockedModel
) -> None:
    token, session = cloud.tokens["alice"], thread()
    asking = asyncio.create_task(ask(blocked_agent, token, "Hello", session, runId="r1"))
    await blocked_model.reached.wait()

    cancelled = await cancel(blocked_agent, token, session, "r1")
    answer = await asyncio.wait_for(asking, 5)

    assert cancelled
    assert blocked_model.cancelled.is_set()
    assert answer.types[-1] == "RUN_ERROR"
    assert answer.one("RUN_ERROR")["code"] == "CANCELLED"
    assert not await cancel(blocked_agent, token, session, "r1")
    blocked_model.opened.set()
    again = await ask(blocked_agent, token, "Hello again", session)
    assert again.types[-1] == "RUN_FINISHED"


async def test_a_run_is_cancelled_before_the_agent_has_got_ready(
    cloud: Cloud, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready, really = threading.Event(), app.build_assistant
    begun, make = asyncio.Event(), runs_under_way._make

    def late(*settings: object) -> object:
        assert ready.wait(60)
        return really(*settings)  # type: ignore[arg-type]

    async def noted(*run: Any) -> None:
        begun.set()
        await make(*run)

    monkeypatch.setattr(app, "build_assistant", late)
    monkeypatch.setattr(runs_under_way, "_make", noted)
    token, session = cloud.tokens["alice"], thread()
    async with serving(runtime_of(cloud)) as address:
        asking = asyncio.create_task(ask(address, token, "Hello", session, runId="r1"))
        await asyncio.wait_for(begun.wait(), 20)
        assert await cancel(address, token, session, "r1")
        answer = await asyncio.wait_for(asking, 5)
        ready.set()

    assert answer.types == ["RUN_STARTED", "RUN_ERROR"]


async def test_only_the_persons_own_run_of_that_conversation_is_cancelled(
    blocked_agent: str, cloud: Cloud, blocked_model: BlockedModel
) -> None:
    alice, admin, session = cloud.tokens["alice"], cloud.tokens["admin"], thread()
    asking = asyncio.create_task(ask(blocked_agent, alice, "Hello", session, runId="r1"))
    await blocked_model.reached.wait()

    assert not await cancel(blocked_agent, admin, session, "r1")
    assert not await cancel(blocked_agent, alice, thread(), "r1")
    assert not await cancel(blocked_agent, alice, session, "r2")

    assert not blocked_model.cancelled.is_set()
    blocked_model.opened.set()
    assert (await asking).types[-1] == "RUN_FINISHED"


async def test_conversations_of_a_person_run_side_by_side_in_their_session(
    blocked_agent: str, cloud: Cloud, blocked_model: BlockedModel
) -> None:
    token, first, second = cloud.tokens["alice"], thread(), thread()
    asking = asyncio.create_task(ask(blocked_agent, token, "Hello", first, runId="r1"))
    await blocked_model.reached.wait()
    blocked_model.reached.clear()
    beside = asyncio.create_task(ask(blocked_agent, token, "Hello", second, runId="r2"))
    await asyncio.wait_for(blocked_model.reached.wait(), 20)

    assert await cancel(blocked_agent, token, first, "r1")
    assert (await asking).one("RUN_ERROR")["code"] == "CANCELLED"
    assert not beside.done()
    blocked_model.opened.set()
    assert (await beside).types[-1] == "RUN_FINISHED"


async def test_stopping_a_session_ends_all_that_runs_in_it(
    blocked_agent: str, cloud: Cloud, blocked_model: BlockedModel
) -> None:
    token, first, second = cloud.tokens["alice"], thread(), thread()
    asking = [asyncio.create_task(ask(blocked_agent, token, "Hello", at)) for at in (first, second)]
    await blocked_model.reached.wait()

    stopped = await _stop(cloud, blocked_agent, "alice")
    answers = await asyncio.wait_for(asyncio.gather(*asking), 5)

    assert stopped.status_code == 200
    assert blocked_model.cancelled.is_set()
    assert not {"RUN_FINISHED"} & {kind for answer in answers for kind in answer.types}
    blocked_model.opened.set()
    again = await ask(blocked_agent, token, "Hello again", first)
    assert again.types[-1] == "RUN_FINISHED"


async def test_nobody_stops_another_persons_session(
    blocked_agent: str, cloud: Cloud, blocked_model: BlockedModel
) -> None:
    token = cloud.tokens["alice"]
    asking = asyncio.create_task(ask(blocked_agent, token, "Hello"))
    await blocked_model.reached.wait()

    await _stop(cloud, blocked_agent, "admin", runtime_session(token))

    assert not blocked_model.cancelled.is_set()
    blocked_model.opened.set()
    assert (await asking).types[-1] == "RUN_FINISHED"


async def test_a_session_that_is_torn_down_takes_no_calls(cloud: Cloud) -> None:
    reached, ending, let_go = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow_to_end(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        reached.set()
        try:
            await asyncio.Event().wait()
        finally:
            ending.set()
            await let_go.wait()

    async def ended(*_: str) -> None: ...

    arn, token = cloud.parameters["runtime_arn"], cloud.tokens["alice"]
    runtime = Runtime(slow_to_end, authorizer(cloud.settings()), arn, RunsUnderWay(), ended)
    async with serving(runtime) as address:
        asking = asyncio.create_task(ask(address, token, "Hello"))
        await reached.wait()
        stopping = asyncio.create_task(_stop(cloud, address, "alice"))
        await ending.wait()
        meanwhile = await asyncio.wait_for(ask(address, token, "Hello"), 5)
        let_go.set()

        assert (await stopping).status_code == 200
        assert (await asking).status == 409
    assert meanwhile.status == 409
    assert "stopped" in meanwhile.body


async def test_a_run_whose_client_has_gone_away_is_cancelled_by_its_person(
    blocked_agent: str, cloud: Cloud, blocked_model: BlockedModel
) -> None:
    token, session = cloud.tokens["alice"], thread()
    asking = asyncio.create_task(ask(blocked_agent, token, "Hello", session, runId="r1"))
    await blocked_model.reached.wait()
    asking.cancel()
    await asyncio.wait([asking])

    cancelled = await cancel(blocked_agent, token, session, "r1")

    assert cancelled
    await asyncio.wait_for(blocked_model.cancelled.wait(), 30)
    blocked_model.opened.set()
    again = await ask(blocked_agent, token, "Hello again", session)
    assert again.types[-1] == "RUN_FINISHED"


async def test_memories_are_extracted_once_a_run_has_ended_not_when_its_client_goes_away(
    cloud: Cloud, gateway: str, blocked_model: BlockedModel
) -> None:
    token, session, extracted = cloud.tokens["alice"], thread(), asyncio.Event()

    async def ended(subject: str, of: str) -> None:
        assert (subject, of) == (cloud.subjects["alice"], session)
        extracted.set()

    agent = app.application(cloud.settings())
    runs, arn = agent.state.runs, cloud.parameters["runtime_arn"]
    async with serving(Runtime(agent, authorizer(cloud.settings()), arn, runs, ended)) as address:
        asking = asyncio.create_task(ask(address, token, "Hello", session, runId="r1"))
        await blocked_model.reached.wait()
        asking.cancel()
        await asyncio.wait([asking])
        other = await ask(address, token[:-4], "Hello")  # the server has looked at its connections
        assert not extracted.is_set()
        blocked_model.opened.set()
        await asyncio.wait_for(extracted.wait(), 60)
        assert not runs.busy

    assert other.status == 401


async def test_a_run_whose_client_has_gone_away_ends_with_its_session(
    blocked_agent: str, cloud: Cloud, blocked_model: BlockedModel
) -> None:
    token, session = cloud.tokens["alice"], thread()
    asking = asyncio.create_task(ask(blocked_agent, token, "Hello", session, runId="r1"))
    await blocked_model.reached.wait()
    asking.cancel()
    await asyncio.wait([asking])

    assert (await _stop(cloud, blocked_agent, "alice")).status_code == 200

    assert blocked_model.cancelled.is_set()
    assert not await cancel(blocked_agent, token, session, "r1")


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


async def test_cancelling_ends_a_tool_at_work_and_leaves_no_call_without_its_result(
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
            asking = asyncio.create_task(ask(address, token, question, session, runId="r1"))
            await asyncio.wait_for(reached.wait(), 20)
            assert await cancel(address, token, session, "r1")
            stopped = await asyncio.wait_for(asking, 10)
            await asyncio.wait_for(cancelled.wait(), 5)
    async with serving(runtime_of(cloud)) as address:
        again = await ask(address, token, "Is LAPTOP-2024-001 under warranty?", session)

    assert "TOOL_CALL_START" in stopped.types
    assert "RUN_FINISHED" not in stopped.types
    assert "**active**" in again.text
