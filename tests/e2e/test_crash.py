"""The chat service ends in the middle of an answer: nothing is lost, nothing shown twice."""

import asyncio
import os
import re
import secrets
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import httpx

from bizassist.local.processes import Part, Running
from bizassist.settings.ssm_parameters import write_parameters
from tests.bots.scripted_runtime import (
    FINISHED,
    HANGS,
    STARTED,
    WAITS,
    ScriptedRuntime,
    new_queues,
    text,
)
from tests.conftest import Stack
from tests.e2e.held_runtime import HeldRuntime
from tests.person import Person
from tests.ports import free_port

ALICE, CHAT = "U0ALICE0000", "D0ALICE0000"
PREFIX = "/app/crash"
SERVICE = str(Path(__file__).with_name("impatient_service.py"))


class Slack:
    """What Alice does and sees in one Slack double."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self._url = url
        self._http = http

    async def say(self, words: str) -> None:
        message = {"user": ALICE, "channel": CHAT, "text": words}
        (await self._http.post(f"{self._url}/double/message", json=message)).raise_for_status()

    async def bots_messages(self) -> list[dict[str, Any]]:
        where = {"user": ALICE, "channel": CHAT}
        view = (await self._http.get(f"{self._url}/double/view", params=where)).json()
        return [one for one in view["messages"] if one["author"] != ALICE]

    async def until(
        self, pattern: str, seconds: float = 60, beside: Sequence[dict[str, Any]] = ()
    ) -> str:
        """The newest message with the pattern; those that stood there ``beside`` don't count."""
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            messages = await self.bots_messages()
            for message in reversed(messages):
                if message not in beside and re.search(pattern, str(message)):
                    return str(message)
            assert asyncio.get_running_loop().time() < deadline, messages
            await asyncio.sleep(0.2)


ANYTHING = ""
LINK = r"http://[\d.:]+/link/[\w-]+"


async def link(stack: Stack, http: httpx.AsyncClient) -> None:
    """Alice links her Slack account, unless she has before."""
    slack = Slack(stack.slack, http)
    before = await slack.bots_messages()
    await slack.say("Is PHONE-2021-007 still under warranty?")
    shown = await slack.until(f"{LINK}|One X phone", beside=before)
    if address := re.search(LINK, shown):
        async with Person() as alice:
            await alice.open(address[0])
            await alice.submit("/link/")
            await alice.submit("/login", username="alice", password=stack.password("alice"))
            await alice.submit("/link/confirm", answer="link")
        await slack.until("One X phone", beside=before)


def _last_lines(logs: Path) -> str:
    return "\n".join(f"{log.name}:\n{log.read_text()[-4000:]}" for log in logs.glob("*.log"))


@asynccontextmanager
async def own_slack(
    stack: Stack, aws: boto3.Session, runtime: ScriptedRuntime | HeldRuntime, logs: Path
) -> AsyncIterator[tuple[str, Part]]:
    """A Slack double, and the chat service beside it, which the test starts itself."""
    known = {**stack.parameters, **new_queues(aws, deliveries=5), "runtime_url": runtime.url}
    write_parameters(aws.client("ssm"), PREFIX, known)
    ports = free_port(), free_port()
    slack, chat = (f"http://127.0.0.1:{port}" for port in ports)
    environment = {
        **os.environ,
        "PORT": str(ports[0]),
        "BIZASSIST_PORT": str(ports[1]),
        "BIZASSIST_PUBLIC_URL": chat,
        "BIZASSIST_SSM_PREFIX": PREFIX,
        "SLACK_SIGNING_SECRET": stack.slack_signing_secret,
        "SLACK_BOT_TOKEN": stack.slack_bot_token,
        "SLACK_API_URL": f"{slack}/api/",
    }
    double = Part("double", ("-m", "bizassist.local.slack"), f"{slack}/healthz", environment)
    running = await Running.start(double, logs)
    try:
        await running.ready()
        yield slack, Part("chat", (SERVICE,), f"{chat}/readyz", environment)
    except AssertionError as error:
        error.add_note(_last_lines(logs))
        raise
    finally:
        await running.stop()


async def test_an_answer_survives_the_death_of_its_process(
    stack: Stack, aws: boto3.Session, tmp_path: Path
) -> None:
    runtime = ScriptedRuntime(
        [
            [STARTED, text("The first half of "), HANGS],
            [STARTED, text("The first half of "), text("the whole answer."), FINISHED],
        ]
    )
    async with AsyncExitStack() as stays:
        http = await stays.enter_async_context(httpx.AsyncClient())
        await link(stack, http)
        await stays.enter_async_context(runtime.listening())
        url, chat = await stays.enter_async_context(own_slack(stack, aws, runtime, tmp_path))
        slack = Slack(url, http)

        first = await Running.start(chat, tmp_path)
        await first.ready()
        await slack.say("Tell me everything.")
        await slack.until("The first half")  # the last word may go on
        os.kill(first.pid, signal.SIGKILL)
        await first.stop()

        second = await Running.start(chat, tmp_path)
        stays.push_async_callback(second.stop)
        await second.ready()
        await slack.until(r"The first half of the whole answer\.")

        assert len(await slack.bots_messages()) == 1
        assert [call["runId"] for call in runtime.requests][:1] * 2 == [
            call["runId"] for call in runtime.requests
        ]


async def test_a_process_that_is_asked_to_end_finishes_its_answer(
    stack: Stack, aws: boto3.Session, tmp_path: Path
) -> None:
    runtime = ScriptedRuntime(
        [[STARTED, text("The first half of "), WAITS, text("it all."), FINISHED]]
    )
    async with AsyncExitStack() as stays:
        http = await stays.enter_async_context(httpx.AsyncClient())
        await link(stack, http)
        await stays.enter_async_context(runtime.listening())
        url, chat = await stays.enter_async_context(own_slack(stack, aws, runtime, tmp_path))
        slack = Slack(url, http)

        only = await Running.start(chat, tmp_path)
        stays.push_async_callback(only.stop)
        await only.ready()
        await slack.say("Tell me everything.")
        await slack.until("The first half")
        os.kill(only.pid, signal.SIGTERM)
        await until_refused(http, chat.ready)
        runtime.go_on.set()
        await only.ended()

        assert "The first half of it all." in str(await slack.bots_messages())
        assert len(await slack.bots_messages()) == len(runtime.requests) == 1


async def test_what_a_drain_cannot_finish_another_process_goes_on_with(
    stack: Stack, aws: boto3.Session, tmp_path: Path
) -> None:
    """Two processes and the whole agent, which is asked twice for the one run that it makes."""
    question = f"Is serial PHONE-2021-007 still under warranty? ({secrets.token_hex(4)})"
    async with AsyncExitStack() as stays:
        http = await stays.enter_async_context(httpx.AsyncClient(timeout=60))
        await link(stack, http)
        runtime = HeldRuntime(stack.parameters["runtime_url"], http)
        await stays.enter_async_context(runtime.listening())
        url, chat = await stays.enter_async_context(own_slack(stack, aws, runtime, tmp_path))
        slack = Slack(url, http)
        chat = replace(chat, environment={**chat.environment, "BIZASSIST_DRAIN_SECONDS": "1"})
        first = await Running.start(chat, tmp_path)
        stays.push_async_callback(first.stop)
        await first.ready()
        await slack.say(question)
        async with asyncio.timeout(60):
            await runtime.holds.wait()
        await slack.until(ANYTHING)
        port = free_port()
        other = {**chat.environment, "BIZASSIST_PORT": str(port)}
        beside = Part("other", chat.program, f"http://127.0.0.1:{port}/readyz", other)
        second = await Running.start(beside, tmp_path)
        stays.push_async_callback(second.stop)
        await second.ready()
        os.kill(first.pid, signal.SIGTERM)
        await first.ended()
        await slack.until("One X phone")

        [shown] = await slack.bots_messages()
        assert not shown["streaming"]
        assert [one["runId"] for one in runtime.asked] == [runtime.asked[0]["runId"]] * 2
        remembered = aws.client("bedrock-agentcore").list_events(
            memoryId=stack.parameters["memory_id"],
            actorId=runtime.subject,
            sessionId=runtime.asked[0]["threadId"],
        )
        assert str(remembered["events"]).count(question) == 1


async def until_refused(http: httpx.AsyncClient, url: str) -> None:
    """Wait until nobody listens there any more."""
    async with asyncio.timeout(20):
        while True:
            try:
                await http.get(url)
            except httpx.TransportError:
                return
            await asyncio.sleep(0.05)
