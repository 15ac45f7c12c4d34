"""A runtime that answers by script, and an inbox of a test's own."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import boto3
from aiohttp import web
from aiohttp.test_utils import TestServer

SESSION_HEADER = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"
STARTED = {"type": "RUN_STARTED", "threadId": "t", "runId": "r"}
FINISHED = {"type": "RUN_FINISHED", "threadId": "t", "runId": "r"}
CANCELLED = {"type": "RUN_ERROR", "message": "Stopped.", "code": "CANCELLED"}
HANGS: dict[str, Any] = {"type": "hangs"}
"""In a script: from here on the runtime says nothing more."""

WAITS = {"type": "waits"}
"""In a script: the runtime goes on once it is told to."""

Event = dict[str, Any]
Step = int | list[Event]


def text(delta: str) -> Event:
    """A piece of an answer."""
    return {"type": "TEXT_MESSAGE_CONTENT", "messageId": "m", "delta": delta}


def waits(*interrupts: Event) -> Event:
    """The end of a run that waits for its person."""
    return {**FINISHED, "outcome": {"type": "interrupt", "interrupts": list(interrupts)}}


def interrupt(name: str, tool: str, words: str, **given: object) -> Event:
    """A call that waits for approval."""
    told = {"tool_name": tool, "tool_input": given}
    return {"id": name, "reason": "tool_call", "message": words, "metadata": told}


@dataclass
class ScriptedRuntime:
    """Answers each call with the next step, an HTTP status or events; the last one repeats."""

    script: list[Step]
    requests: list[dict[str, Any]] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    url: str = ""
    _halts: dict[str, asyncio.Event] = field(default_factory=dict)
    _hanging: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One invocation, the end of a run, or that of a session with all its runs."""
        if request.path.endswith("/stopruntimesession"):
            self.stopped.append(request.headers[SESSION_HEADER])
            for halt in self._halts.values():
                halt.set()
            return web.json_response({})
        asked = await request.json()
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        if run := asked["forwardedProps"].get("cancelRun"):
            self.cancelled.append(run)
            if run in self._halts:
                self._halts.pop(run).set()
            await response.prepare(request)
            return await _say(response, STARTED, FINISHED)
        self.requests.append(asked)
        self.sessions.append(request.headers[SESSION_HEADER])
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, int):
            return web.Response(status=step)
        await response.prepare(request)
        return await self._play(step, asked["runId"], response)

    async def _play(
        self, step: list[Event], run: str, response: web.StreamResponse
    ) -> web.StreamResponse:
        for event in step:
            if event is HANGS:
                halt = self._halts.setdefault(run, asyncio.Event())
                self._hanging.set()
                await halt.wait()
                return await _say(response, CANCELLED)
            if event is WAITS:
                await self.go_on.wait()
                continue
            await _say(response, event)
        return response

    async def hangs(self) -> None:
        """Return when a run has come to where its script hangs."""
        async with asyncio.timeout(20):
            await self._hanging.wait()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["ScriptedRuntime"]:
        """Listen while the block runs."""
        app = web.Application()
        app.router.add_post("/{tail:.*}", self.handle)
        async with TestServer(app, host="127.0.0.1") as server:
            self.url = str(server.make_url("")).rstrip("/")
            yield self


async def _say(response: web.StreamResponse, *events: Event) -> web.StreamResponse:
    for event in events:
        await response.write(f"data: {json.dumps(event)}\n\n".encode())
    return response


def new_queues(aws: boto3.Session, deliveries: int) -> dict[str, str]:
    """An inbox of its own, with a dead-letter queue after so many deliveries, as parameters."""
    sqs, name = aws.client("sqs"), secrets.token_hex(6)
    dead = sqs.create_queue(QueueName=f"{name}-dead.fifo", Attributes={"FifoQueue": "true"})
    redrive = {
        "deadLetterTargetArn": f"arn:aws:sqs:us-east-1:000000000000:{name}-dead.fifo",
        "maxReceiveCount": str(deliveries),
    }
    inbox = sqs.create_queue(
        QueueName=f"{name}.fifo",
        Attributes={"FifoQueue": "true", "RedrivePolicy": json.dumps(redrive)},
    )
    return {"inbox_url": inbox["QueueUrl"], "dead_letter_url": dead["QueueUrl"]}
