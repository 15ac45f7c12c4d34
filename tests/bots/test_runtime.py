"""The runtime client against a runtime that misbehaves by script."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    DataSource,
    DocumentPart,
    EventType,
    RunAgentInput,
    RunFinishedEvent,
    TextMessageContentEvent,
    TextPart,
)
from ag_ui.encoder import EventEncoder
from aiohttp import web
from aiohttp.test_utils import TestServer

from bots.errors import RuntimeUnavailable, TokenRefused, TurnError
from bots.file_bucket import SentFile
from bots.platform import Audience
from bots.runtime import HEARTBEAT, SESSION_HEADER, RunAddress, Runtime

ARN = "arn:aws:bedrock-agentcore:us-east-1:000000000000:runtime/bizassist-abc"
ALONE = Audience.ALONE
SESSION, THREAD = "0123456789abcdef" * 4, "fedcba9876543210" * 4
STARTED = '{"type":"RUN_STARTED","threadId":"t","runId":"r"}'
TEXT = '{"type":"TEXT_MESSAGE_CONTENT","messageId":"m","delta":"Active."}'
FINISHED = '{"type":"RUN_FINISHED","threadId":"t","runId":"r"}'

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def runtime(handler: Handler) -> AsyncIterator[Runtime]:
    app = web.Application()
    app.router.add_post("/{tail:.*}", handler)
    async with TestServer(app, host="127.0.0.1") as server, httpx.AsyncClient() as http:
        yield Runtime(http, str(server.make_url("")).rstrip("/"), ARN)


def sends(*lines: str, status: int = 200) -> Handler:
    async def handler(request: web.Request) -> web.Response:
        body = "".join(f"data: {line}\n\n" for line in lines)
        return web.Response(text=body, content_type="text/event-stream", status=status)

    return handler


def address(run: str) -> RunAddress:
    return RunAddress(SESSION, THREAD, run)


async def events(client: Runtime) -> list[BaseEvent]:
    asked = client.invoke(
        address("slack:1"), "Hello?", "token", audience=ALONE, memory_version="v1"
    )
    return [event async for event in asked]


@pytest.mark.parametrize("line", ["x" * 900, "data: x\n", "data: x\r\n"])
async def test_an_event_that_never_ends_is_broken_off(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.runtime.LONGEST_EVENT", 64_000)
    sent = 0

    async def handler(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        while sent < 64_000_000:  # more than lies in the buffers between us
            await response.write(line.encode() * 100)
            sent += len(line) * 100
        return response

    async with runtime(handler) as client:
        with pytest.raises(RuntimeUnavailable, match="too long"):
            await events(client)
    assert sent < 64_000_000


async def test_many_events_are_as_many_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.runtime.LONGEST_EVENT", 2_000)
    async with runtime(sends(STARTED, *[TEXT] * 500, FINISHED)) as client:
        assert len(await events(client)) == 502


async def test_it_asks_as_agentcore_wants_to_be_asked() -> None:
    seen: dict[str, Any] = {}

    async def handler(request: web.Request) -> web.StreamResponse:
        seen.update(
            path=unquote(request.raw_path),
            session=request.headers[SESSION_HEADER],
            authorization=request.headers["Authorization"],
            body=await request.json(),
        )
        return await sends(STARTED, TEXT, FINISHED)(request)

    async with runtime(handler) as client:
        got = await events(client)

    assert seen["path"] == f"/runtimes/{ARN}/invocations?qualifier=DEFAULT"
    assert seen["session"] == SESSION
    assert seen["authorization"] == "Bearer token"
    assert seen["body"]["forwardedProps"] == {
        "audience": "alone",
        "personalMemory": False,
        "memoryVersion": "v1",
    }
    body = seen["body"]
    assert isinstance(body, dict)
    assert (body["threadId"], body["runId"]) == (THREAD, "slack:1")
    assert [message["content"] for message in body["messages"]] == ["Hello?"]
    assert isinstance(got[1], TextMessageContentEvent)
    assert isinstance(got[-1], RunFinishedEvent)


async def test_a_run_is_cancelled_by_its_id_in_its_own_session() -> None:
    seen: list[tuple[str, Any]] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        seen.append((request.headers[SESSION_HEADER], await request.json()))
        return await sends(STARTED, FINISHED, status=409 if len(seen) == 1 else 200)(request)

    async with runtime(handler) as client:
        await client.cancel(address("slack:1"), "token")

    session, body = seen[-1]
    assert (len(seen), session, body["threadId"]) == (2, SESSION, THREAD)
    assert body["forwardedProps"] == {"cancelRun": "slack:1"}
    assert body["messages"] == []
    assert body["runId"] != "slack:1"


@pytest.mark.parametrize(("status", "error"), [(401, TokenRefused), (500, RuntimeUnavailable)])
async def test_what_cant_be_cancelled_is_said(status: int, error: type[TurnError]) -> None:
    async with runtime(sends(status=status)) as client:
        with pytest.raises(error):
            await client.cancel(address("slack:1"), "token")


async def test_files_go_with_the_question_as_documents() -> None:
    bodies: list[Any] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        bodies.append(await request.json())
        return await sends(STARTED, FINISHED)(request)

    file = SentFile("contract.pdf", "application/pdf", b"%PDF-1.7")
    async with runtime(handler) as client:
        async for _ in client.invoke(
            address("web:1"), "Summary?", "token", audience=ALONE, files=[file]
        ):
            pass

    (message,) = RunAgentInput.model_validate(bodies[0]).messages
    assert isinstance(message.content, list)
    text, document = message.content
    assert isinstance(text, TextPart)
    assert isinstance(document, DocumentPart)
    assert isinstance(document.source, DataSource)
    assert text.text == "Summary?"
    assert base64.b64decode(document.source.value) == file.data
    assert document.source.mime_type == "application/pdf"
    assert document.metadata == {"filename": "contract.pdf"}


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, TokenRefused),
        (403, TokenRefused),
        (429, RuntimeUnavailable),
        (500, RuntimeUnavailable),
        (502, RuntimeUnavailable),
    ],
)
async def test_each_refusal_has_its_meaning(status: int, error: type[TurnError]) -> None:
    async with runtime(sends(status=status)) as client:
        with pytest.raises(error):
            await events(client)


async def test_a_stream_that_breaks_off_is_no_answer() -> None:
    async with runtime(sends(STARTED, TEXT)) as client:
        with pytest.raises(RuntimeUnavailable):
            await events(client)


async def test_a_page_in_place_of_a_stream_is_no_answer() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.Response(text="<h1>Under maintenance</h1>", content_type="text/html")

    async with runtime(handler) as client:
        with pytest.raises(RuntimeUnavailable):
            await events(client)


async def test_an_event_of_tomorrow_is_passed_over() -> None:
    async with runtime(sends(STARTED, '{"type":"FROM_TOMORROW"}', "no json", FINISHED)) as client:
        got = await events(client)

    assert [event.type for event in got] == ["RUN_STARTED", "RUN_FINISHED"]


async def test_that_a_run_goes_on_is_nothing_to_show() -> None:
    beat = EventEncoder().encode(CustomEvent(name=HEARTBEAT, value={})).strip()[len("data: ") :]
    async with runtime(sends(STARTED, beat, TEXT, beat, FINISHED)) as client:
        assert [event.type for event in await events(client)] == [
            EventType.RUN_STARTED,
            EventType.TEXT_MESSAGE_CONTENT,
            EventType.RUN_FINISHED,
        ]


async def test_a_runtime_that_is_down_is_unavailable() -> None:
    async with httpx.AsyncClient() as http:
        with pytest.raises(RuntimeUnavailable):
            await events(Runtime(http, "http://127.0.0.1:9", ARN))
