"""The agent while it is still getting ready."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator

import httpx
import pytest

from agent import app
from tests.agent.local_agent import SESSION_HEADER, Cloud, run_input, runtime_of, serving, thread


async def test_who_asks_while_it_gets_ready_sees_that_it_has_begun(
    cloud: Cloud, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready, really = threading.Event(), app.build_assistant

    def late(*settings: object) -> object:
        assert ready.wait(60)
        return really(*settings)  # type: ignore[arg-type]

    monkeypatch.setattr(app, "build_assistant", late)
    session = thread()
    headers = {"Authorization": f"Bearer {cloud.tokens['alice']}", SESSION_HEADER: session}
    async with serving(runtime_of(cloud)) as address, httpx.AsyncClient(timeout=60) as http:
        assert (await http.get(f"{address}/ping")).json()["status"] == "Healthy"
        question = run_input("What can you do?", session)
        async with http.stream(
            "POST", f"{address}/invocations", json=question, headers=headers
        ) as answer:
            events = types(answer)
            async with asyncio.timeout(30):
                assert await anext(events) == "RUN_STARTED"
            ready.set()
            rest = [kind async for kind in events]

    assert "RUN_STARTED" not in rest
    assert "TEXT_MESSAGE_CONTENT" in rest
    assert rest[-1] == "RUN_FINISHED"


async def types(answer: httpx.Response) -> AsyncIterator[str]:
    async for line in answer.aiter_lines():
        if line.startswith("data:"):
            yield json.loads(line.removeprefix("data:"))["type"]
