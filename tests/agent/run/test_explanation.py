"""Why an answer is as it is: its tools, memories, sources and its trace."""

import asyncio
import uuid
from typing import Any

from ag_ui.core import CustomEvent, RunErrorEvent
from strands.hooks.events import AfterToolCallEvent

from agent.run.explanation import Explanation
from agent.run.sources import EVENT as SOURCE
from tests.agent.local_agent import Answer, Cloud, ask
from tests.some import some

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


def why(answer: Answer) -> dict[str, Any]:
    (found,) = [e for e in answer.events if e.get("name") == "bizassist.explanation"]
    assert answer.types[-2:] == ["CUSTOM", "RUN_FINISHED"]
    value: dict[str, Any] = found["value"]
    assert value.keys() == {"tools", "memories", "sources", "trace_id"}
    return value


async def test_it_names_the_tool_and_how_it_went(runtime: str, cloud: Cloud) -> None:
    well = await ask(runtime, cloud.tokens["alice"], "Is LAPTOP-2024-001 under warranty?")
    unknown = await ask(runtime, cloud.tokens["alice"], "Is serial XY-404 under warranty?")
    found = why(well)["tools"]

    (tool,) = found
    assert (tool["name"], tool["status"]) == ("warranty___check_warranty_status", "ok")
    assert isinstance(tool["milliseconds"], int)
    assert tool.keys() == {"name", "status", "milliseconds"}
    assert [tool["status"] for tool in why(unknown)["tools"]] == ["error"]


async def test_it_says_that_a_right_was_missing(runtime: str, cloud: Cloud) -> None:
    question = "Find the serial numbers of the customer pat@example.com"
    denied = await ask(runtime, cloud.tokens["alice"], question)
    hidden = await ask(
        runtime, cloud.tokens["alice"], "Look up the client with the e-mail ap@contoso.example"
    )

    assert [tool["status"] for tool in why(denied)["tools"]] == ["refused"]
    assert [tool["status"] for tool in why(hidden)["tools"]] == ["refused"]


async def test_it_tells_the_memories_that_were_recalled_for_this_person(
    runtime: str, cloud: Cloud
) -> None:
    word = f"w{uuid.uuid4().hex[:6]}"
    await ask(runtime, cloud.tokens["alice"], f"Remember that my bicycle is called {word}.")
    await asyncio.sleep(0.5)  # the extractor works after the answer
    hers = why(await ask(runtime, cloud.tokens["alice"], "Hello, my bicycle again"))
    his = why(await ask(runtime, cloud.tokens["admin"], "Hello, my bicycle again"))

    mine = [memory for memory in hers["memories"] if word in memory["text"]]
    assert {memory["kind"] for memory in some(mine)} <= {"facts", "summaries"}
    assert mine
    assert hers["tools"] == []
    assert word not in str(his)


async def test_it_goes_on_with_the_trace_of_its_caller(runtime: str, cloud: Cloud) -> None:
    token = cloud.tokens["alice"]
    theirs = why(await ask(runtime, token, "Hello", headers={"traceparent": PARENT}))
    wish = why(
        await ask(runtime, token, "Forget my yacht", headers={"traceparent": PARENT}),
    )

    assert theirs["trace_id"] == wish["trace_id"] == TRACE


async def test_without_a_trace_one_begins(runtime: str, cloud: Cloud) -> None:
    token = cloud.tokens["alice"]
    begun = [
        why(await ask(runtime, token, "Hello", headers=headers))["trace_id"]
        for headers in ({}, {}, {"traceparent": "00-nonsense-01"})
    ]

    assert len(set(begun)) == 3
    assert {len(one) for one in begun} == {32}


def test_it_carries_the_sources_that_were_told_in_the_run() -> None:
    explanation = Explanation()
    source = {"tool": "search_company_policy", "title": "Travel", "section": None, "url": None}
    events = [CustomEvent(name=SOURCE, value=source), RunErrorEvent(message="x")]

    assert [explanation.noted(event) for event in events] == events
    assert explanation.event().value["sources"] == [source]


def test_neither_arguments_nor_results_are_in_it() -> None:
    explanation = Explanation()
    call: Any = AfterToolCallEvent(
        agent=None,
        selected_tool=None,
        tool_use={"name": "t", "toolUseId": "1", "input": {"about": "secret"}},
        invocation_state={},
        result={"toolUseId": "1", "status": "success", "content": [{"text": "secret"}]},
    )
    explanation._tool_called(call)

    assert "secret" not in str(explanation.event().value)
