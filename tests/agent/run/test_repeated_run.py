"""A run that is asked for again is made once: reread, joined, or gone on with."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from ag_ui.core import BaseEvent
from strands import tool
from strands.models import Model
from strands.types.content import Messages
from strands.types.exceptions import SessionException
from strands.types.streaming import StreamEvent
from strands.types.tools import AgentTool

from agent.authorization.approval import BROKEN_OFF, CANT_NOTE
from agent.run.runs_under_way import RunsUnderWay
from tests.agent.local_agent import (
    ROOT,
    Answer,
    Cloud,
    ask,
    runtime_of,
    serving,
    thread,
    until_healthy,
)
from tests.agent.scripted_models import BlockedModel, TestModel
from tests.ports import free_port
from tests.some import some

QUESTION = "Is LAPTOP-2024-001 under warranty?"
ACT = "Look up the client account C-1001"
RUN = "Ev0123:1732700000.000100"


class Counting:
    """A model that counts how often it is asked, and may fail some of the times."""

    def __init__(self, *failing: int) -> None:
        self.asked = 0
        self._failing = failing

    def model(self) -> TestModel:
        async def count(_: Messages) -> None:
            self.asked += 1
            if self.asked in self._failing:
                raise RuntimeError("the model failed")

        return TestModel(count)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Counting:
    counting = Counting()
    monkeypatch.setattr("agent.models.providers.model", lambda _: counting.model())
    return counting


def saved(cloud: Cloud, name: str, session: str) -> list[Any]:
    return list(
        boto3.client("bedrock-agentcore").list_events(
            memoryId=cloud.parameters["memory_id"],
            actorId=cloud.subjects[name],
            sessionId=session,
        )["events"]
    )


def questions(cloud: Cloud, name: str, session: str) -> int:
    """How many are saved; what the person wrote is all that is saved as conversation."""
    payloads = [one for event in saved(cloud, name, session) for one in event["payload"]]
    return sum("conversational" in payload for payload in payloads)


def custom(answer: Answer, name: str) -> list[Any]:
    return [e["value"] for e in answer.events if e["type"] == "CUSTOM" and e["name"] == name]


def explanation(answer: Answer) -> dict[str, Any]:
    (value,) = custom(answer, "bizassist.explanation")
    return dict(value)


async def test_a_finished_run_is_said_again_by_another_process(
    cloud: Cloud, gateway: str, model: Counting
) -> None:
    token, session = cloud.tokens["alice"], thread()
    async with serving(runtime_of(cloud)) as address:
        first = await ask(address, token, QUESTION, session, runId=RUN)
    before, asked = saved(cloud, "alice", session), model.asked
    async with serving(runtime_of(cloud)) as address:
        again = await ask(address, token, QUESTION, session, runId=RUN)

    assert "**active**" in first.text
    assert again.text == first.text
    assert again.types[-1] == "RUN_FINISHED"
    assert model.asked == asked == 2
    assert "TOOL_CALL_START" not in again.types
    assert saved(cloud, "alice", session) == before
    tools = [(used["name"], used["status"]) for used in explanation(again)["tools"]]
    assert tools == [("warranty___check_warranty_status", "ok")]


async def test_its_sources_are_named_again(runtime: str, cloud: Cloud) -> None:
    token, session = cloud.tokens["alice"], thread()
    question = "How many days of vacation do I have?"
    first = await ask(runtime, token, question, session, runId=RUN)
    again = await ask(runtime, token, question, session, runId=RUN)

    assert custom(first, "bizassist.source")
    assert custom(again, "bizassist.source") == custom(first, "bizassist.source")
    assert explanation(again)["sources"] == explanation(first)["sources"]


async def test_it_is_said_again_also_after_later_questions(
    cloud: Cloud, gateway: str, model: Counting
) -> None:
    token, session = cloud.tokens["alice"], thread()
    async with serving(runtime_of(cloud)) as address:
        first = await ask(address, token, QUESTION, session, runId=RUN)
        later = await ask(address, token, "What did I ask?", session)
        asked = model.asked
        again = await ask(address, token, QUESTION, session, runId=RUN)

    assert "LAPTOP-2024-001" in later.text
    assert again.text == first.text
    assert model.asked == asked


async def test_another_run_with_the_same_question_is_made(
    cloud: Cloud, gateway: str, model: Counting
) -> None:
    token, session = cloud.tokens["alice"], thread()
    async with serving(runtime_of(cloud)) as address:
        await ask(address, token, "Hello", session)
        await ask(address, token, "Hello", session)

    assert model.asked == 2


async def test_a_run_of_the_same_name_elsewhere_is_another_one(
    cloud: Cloud, gateway: str, model: Counting
) -> None:
    session = thread()
    async with serving(runtime_of(cloud)) as address:
        await ask(address, cloud.tokens["alice"], "Hello", session, runId=RUN)
        await ask(address, cloud.tokens["admin"], "Hello", session, runId=RUN)
        await ask(address, cloud.tokens["alice"], "Hello", thread(), runId=RUN)

    assert model.asked == 3


async def test_a_conversation_without_marks_goes_on(
    cloud: Cloud, gateway: str, model: Counting
) -> None:
    token, session = cloud.tokens["alice"], thread()
    async with serving(runtime_of(cloud)) as address:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("agent.memory.agentcore_memory.mark", lambda *_: None)
            await ask(address, token, "I ask before marks", session, runId=RUN)
        answer = await ask(address, token, "What did I ask?", session, runId=RUN)

    assert "I ask before marks" in answer.text
    assert model.asked == 2


async def test_a_run_that_failed_goes_on_and_does_not_ask_twice(
    cloud: Cloud, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = Counting(2)
    monkeypatch.setattr("agent.models.providers.model", lambda _: failing.model())
    token, session = cloud.tokens["alice"], thread()
    async with serving(runtime_of(cloud)) as address:
        failed = await ask(address, token, QUESTION, session, runId=RUN)
    async with serving(runtime_of(cloud)) as address:
        again = await ask(address, token, QUESTION, session, runId=RUN)
        once_more = await ask(address, token, QUESTION, session, runId=RUN)

    assert failed.types[-1] == "RUN_ERROR"
    assert "**active**" in again.text
    assert "TOOL_CALL_START" not in again.types
    assert failing.asked == 3
    assert [used["name"] for used in explanation(again)["tools"]] == [
        "warranty___check_warranty_status"
    ]
    assert once_more.text == again.text
    assert questions(cloud, "alice", session) == 1


@pytest.fixture
def blocked() -> BlockedModel:
    return BlockedModel()


@pytest.fixture
async def blocked_agent(
    cloud: Cloud, gateway: str, blocked: BlockedModel, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    monkeypatch.setattr("agent.models.providers.model", lambda _: blocked.model())
    async with serving(runtime_of(cloud)) as address:
        yield address


async def test_a_run_under_way_is_joined(
    blocked_agent: str, blocked: BlockedModel, cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agent.run.session_lock.BUSY_SECONDS", 0.1)
    token, session = cloud.tokens["alice"], thread()
    runs = [
        asyncio.create_task(ask(blocked_agent, token, "Hello", session, runId=RUN))
        for _ in range(3)
    ]
    await blocked.reached.wait()
    other = await ask(blocked_agent, token, "Hello?", session)
    await asyncio.sleep(0.3)
    assert not any(run.done() for run in runs)
    blocked.opened.set()
    first, *joined = await asyncio.gather(*runs)

    assert other.one("RUN_ERROR")["code"] == "BUSY"
    assert first.types[-1] == "RUN_FINISHED"
    assert first.text
    for answer in some(joined):
        assert answer.events == first.events
    assert questions(cloud, "alice", session) == 1


class Held:
    """An account tool and a model that stop once, at a moment of a run, and count what is done."""

    def __init__(self, moment: str) -> None:
        self.moment = moment
        self.reached, self.left, self.opened = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.asked = self.effects = 0

    async def at(self, moment: str) -> None:
        if moment == self.moment:
            self.reached.set()
            await self.opened.wait()

    def tool(self) -> AgentTool:
        @tool
        async def look_up_client_account(client: str) -> str:
            """Look up a client's account by id, company name or e-mail."""
            self.effects += 1
            await self.at("in the tool")
            return "That account is done."

        return look_up_client_account

    async def before(self, messages: Messages) -> None:
        self.asked += 1
        if not any("toolResult" in block for block in messages[-1]["content"]):
            await self.at("before the tool")

    def model(self) -> Model:
        held = self

        class HeldModel(TestModel):
            async def stream(self, *args: Any, **kwargs: Any) -> AsyncIterable[StreamEvent]:
                async for event in super().stream(*args, **kwargs):
                    yield event
                    if "text" in event.get("contentBlockDelta", {}).get("delta", {}):
                        await held.at("in the words")

        return HeldModel(self.before)


@asynccontextmanager
async def held_agent(
    cloud: Cloud, held: Held, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    events = RunsUnderWay.events

    async def noted(*asked: Any) -> AsyncIterator[BaseEvent]:
        try:
            async for event in events(*asked):
                yield event
        finally:
            held.left.set()

    with monkeypatch.context() as patch:
        patch.setattr(RunsUnderWay, "events", noted)
        patch.setattr("agent.models.providers.model", lambda _: held.model())
        patch.setattr("agent.run.agent_factory.client_account_tool", lambda *_: held.tool())
        async with serving(runtime_of(cloud)) as address:
            yield address


async def status(address: str) -> str:
    async with httpx.AsyncClient() as http:
        return str((await http.get(f"{address}/ping")).json()["status"])


@pytest.mark.parametrize("moment", ["before the tool", "in the tool", "in the words"])
async def test_a_run_goes_on_without_its_client(
    cloud: Cloud, gateway: str, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    token, session, held = cloud.tokens["alice"], thread(), Held(moment)
    async with held_agent(cloud, held, monkeypatch) as address:
        first = asyncio.create_task(ask(address, token, ACT, session, runId=RUN))
        await asyncio.wait_for(held.reached.wait(), 60)
        first.cancel()
        await asyncio.wait_for(held.left.wait(), 60)
        busy = await status(address)
        again = asyncio.create_task(ask(address, token, ACT, session, runId=RUN))
        held.opened.set()
        joined = await again
        from_memory = await ask(address, token, ACT, session, runId=RUN)

    assert busy == "HealthyBusy"
    assert joined.types[0] == "RUN_STARTED"
    assert joined.types.count("TOOL_CALL_START") == joined.types.count("TOOL_CALL_RESULT") == 1
    assert joined.types[-1] == "RUN_FINISHED"
    assert "That account is done." in joined.text
    assert from_memory.text == joined.text
    assert (held.asked, held.effects) == (2, 1)
    assert questions(cloud, "alice", session) == 1


async def test_an_answer_that_nobody_heard_is_told_whole(
    cloud: Cloud, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what the run has used, which a conversation doesn't keep."""
    token, session, held = cloud.tokens["alice"], thread(), Held("in the words")
    async with held_agent(cloud, held, monkeypatch) as address:
        first = asyncio.create_task(ask(address, token, ACT, session, runId=RUN))
        await asyncio.wait_for(held.reached.wait(), 60)
        first.cancel()
        await asyncio.wait_for(held.left.wait(), 60)
        held.opened.set()
        async with asyncio.timeout(60):
            while await status(address) != "Healthy":  # noqa: ASYNC110 - it is elsewhere
                await asyncio.sleep(0.05)
        told = await ask(address, token, ACT, session, runId=RUN)
        from_memory = await ask(address, token, ACT, session, runId=RUN)

    assert "That account is done." in told.text
    assert "TOOL_CALL_RESULT" in told.types
    assert "TOOL_CALL_RESULT" not in from_memory.types
    assert from_memory.text == told.text
    assert told.one("RUN_FINISHED")["result"] != from_memory.one("RUN_FINISHED").get("result")
    assert (held.asked, held.effects) == (2, 1)


class Process:
    """One process of the agent after the other, each with its time to die."""

    def __init__(self, folder: Path, token: str) -> None:
        self._folder = folder
        self._token = token
        self.session = thread()

    def count(self, name: str) -> int:
        path = self._folder / name
        return len(path.read_text().splitlines()) if path.exists() else 0

    @contextlib.asynccontextmanager
    async def dying(self, moment: str, rule: str = "approved") -> AsyncIterator[str]:
        port = free_port()
        command = [sys.executable, "-m", "tests.agent.run.dying_agent"]
        process = await asyncio.create_subprocess_exec(
            *command, str(port), str(self._folder), moment, rule, cwd=ROOT
        )
        address = f"http://127.0.0.1:{port}"
        try:
            await asyncio.to_thread(until_healthy, f"{address}/ping")
            yield address
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def asked(self, address: str, text: str = ACT, **changes: Any) -> Answer:
        """What came until the end, or until the process died."""
        changes = {"runId": RUN, **changes}
        return await ask(address, self._token, text, self.session, **changes)

    async def approved(self, address: str, asked: Answer) -> Answer | None:
        """The approved run; None when the process died of it."""
        entries = [
            {"interruptId": one["id"], "status": "resolved", "payload": {"approved": True}}
            for one in asked.one("RUN_FINISHED")["outcome"]["interrupts"]
        ]
        with contextlib.suppress(httpx.HTTPError):
            return await self.asked(address, "", messages=[], resume=entries)
        return None


@pytest.fixture
def process(cloud: Cloud, gateway: str, tmp_path: Path) -> Process:
    return Process(tmp_path, cloud.tokens["admin"])


@pytest.mark.parametrize(
    ("moment", "effects", "says"),
    [
        ("begun", 0, "may have been done"),
        ("effect", 1, "may have been done"),
        ("result", 1, "That account is done."),
        ("messages", 1, "That account is done."),
        ("answer", 1, "That account is done."),
    ],
)
async def test_an_approved_call_is_made_once_wherever_the_process_dies(
    process: Process, moment: str, effects: int, says: str
) -> None:
    async with process.dying(moment) as address:
        asked = await process.asked(address)
        assert await process.approved(address, asked) is None
    async with process.dying("never") as address:
        again = await process.approved(address, asked)
        models = process.count("models")
        once_more = await process.approved(address, asked)
        after = await process.asked(address, "What did I ask?", runId="another")

    assert process.count("effects") == effects
    assert again is not None
    assert again.types[-1] == "RUN_FINISHED"
    assert says in again.text
    assert once_more is not None
    assert once_more.text == again.text
    assert process.count("models") == models + 1
    assert ACT in after.text


@pytest.mark.parametrize(
    ("moment", "effects", "says"),
    [
        ("begun", 0, "may have been done"),
        ("effect", 1, "may have been done"),
        ("result", 1, "That account is done."),
        ("messages", 1, "That account is done."),
    ],
)
async def test_a_call_without_approval_is_made_once_wherever_the_process_dies(
    process: Process, moment: str, effects: int, says: str
) -> None:
    async with process.dying(moment, "unapproved") as address:
        with contextlib.suppress(httpx.HTTPError):
            await process.asked(address)
    async with process.dying("never", "unapproved") as address:
        again = await process.asked(address)
        once_more = await process.asked(address)
        other = await process.asked(address, runId="another")

    assert again.types[-1] == "RUN_FINISHED"
    assert says in again.text
    assert once_more.text == again.text
    assert "That account is done." in other.text
    assert process.count("effects") == effects + 1  # the other run's


async def test_a_tool_that_changes_nothing_costs_no_write(process: Process) -> None:
    async with process.dying("never", "reading") as address:
        await process.asked(address)
        reading = process.count("saves")
    async with process.dying("never", "unapproved") as address:
        await process.asked(address, runId="another")

    assert process.count("effects") == 2
    assert process.count("saves") - reading == reading + 2


async def test_a_question_that_waits_for_approval_asks_for_it_again(process: Process) -> None:
    async with process.dying("never") as address:
        asked = await process.asked(address)
    async with process.dying("never") as address:
        again = await process.asked(address)
        done = await process.approved(address, again)

    assert again.text == asked.text
    assert again.one("RUN_FINISHED")["outcome"] == asked.one("RUN_FINISHED")["outcome"]
    assert process.count("models") == 2
    assert process.count("effects") == 1
    assert done is not None
    assert "That account is done." in done.text


async def test_a_new_question_after_a_death_does_not_say_that_it_was_not_approved(
    process: Process, cloud: Cloud
) -> None:
    async with process.dying("result") as address:
        asked = await process.asked(address)
        assert await process.approved(address, asked) is None
    async with process.dying("never") as address:
        new = await process.asked(address, "What did I ask?", runId="another")

    assert ACT in new.text
    assert process.count("effects") == 1
    said = str(saved(cloud, "admin", process.session))
    assert BROKEN_OFF in said
    assert "didn't approve" not in said


APPROVED = {"status": "resolved", "payload": {"approved": True}}
FIND = "Find serial numbers of the devices of the customer alice@example.com"
FOUND = "LAPTOP-2024-001"


def decision(asked: Answer) -> dict[str, Any]:
    entries = [
        {"interruptId": one["id"], **APPROVED}
        for one in asked.one("RUN_FINISHED")["outcome"]["interrupts"]
    ]
    return {"messages": [], "resume": entries, "runId": RUN}


async def test_an_approved_call_is_not_made_again_when_the_model_fails_after_it(
    cloud: Cloud, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = Counting(2)
    monkeypatch.setattr("agent.models.providers.model", lambda _: failing.model())
    token, session = cloud.tokens["admin"], thread()
    async with serving(runtime_of(cloud)) as address:
        asked = await ask(address, token, FIND, session, runId=RUN)
        failed = await ask(address, token, "", session, **decision(asked))
        again = await ask(address, token, "", session, **decision(asked))
        once_more = await ask(address, token, "", session, **decision(asked))

    assert failed.types[-1] == "RUN_ERROR"
    assert FOUND in again.text
    assert "TOOL_CALL_RESULT" not in again.types
    assert failing.asked == 3
    assert once_more.text == again.text


async def test_what_cannot_be_noted_is_not_done(
    cloud: Cloud, gateway: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> None:
        raise SessionException("down")

    token, session = cloud.tokens["admin"], thread()
    async with serving(runtime_of(cloud)) as address:
        asked = await ask(address, token, FIND, session, runId=RUN)
        monkeypatch.setattr("agent.memory.agentcore_memory.Conversation.save_state", failing)
        done = await ask(address, token, "", session, **decision(asked))

    assert CANT_NOTE in done.one("TOOL_CALL_RESULT")["content"]
    assert FOUND not in done.text
