"""What the agent's tests share: the parts in this process, sign-ins, and asking a question."""

import asyncio
import base64
import contextlib
import hashlib
import json
import os
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import httpx
import uvicorn
from starlette.types import ASGIApp

from agent.app import application, authorizer
from agent.settings import Settings
from bizassist.local import gateway as gateway_stand_in
from bizassist.local.memory_extractor import Extractor
from bizassist.local.runtime import Runtime
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PASSWORD = "Try-0a1b2c3d-9Z"
SESSION_HEADER = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"
PREFIX = "/app/bizassist"
START_SECONDS = 30


@dataclass(frozen=True)
class Cloud:
    """What is provisioned, and the two sample people's access tokens."""

    parameters: dict[str, str]
    tokens: dict[str, str]
    subjects: dict[str, str]
    gateway_port: int

    def settings(self, **changes: Any) -> Settings:
        return Settings(**changes)


@dataclass
class Answer:
    """What came back for one question."""

    status: int
    body: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        parts = [e["delta"] for e in self.events if e["type"] == "TEXT_MESSAGE_CONTENT"]
        return "".join(parts)

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    def one(self, kind: str) -> dict[str, Any]:
        (found,) = [event for event in self.events if event["type"] == kind]
        return found


def until_healthy(url: str) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(url, timeout=1).is_success:
                return
        time.sleep(0.1)
    raise AssertionError(f"nobody answers at {url}")


def sign_in(known: dict[str, str], name: str, kind: str = "AccessToken") -> str:
    result = boto3.client("cognito-idp").admin_initiate_auth(
        UserPoolId=known["user_pool_id"],
        ClientId=known["web_client_id"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
    )
    return str(result["AuthenticationResult"][kind])  # type: ignore[literal-required]


def fresh_person(known: dict[str, str]) -> tuple[str, str]:
    """Somebody whom no other test knows, and of whom nothing is kept: subject and access token."""
    cognito, name = boto3.client("cognito-idp"), f"person-{uuid.uuid4().hex[:8]}"
    pool = known["user_pool_id"]
    cognito.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=name, Password=PASSWORD, Permanent=True
    )
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName="bizassist-users")
    token = sign_in(known, name)
    return str(claims(token)["sub"]), token


def claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, port: int = 0) -> AsyncIterator[str]:
    """Serve an application in this process; yield its address."""
    port = port or free_port()
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_config=None, timeout_graceful_shutdown=2
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server._serve())  # without taking pytest's signals
    while not server.started:
        assert not task.done(), "the server ended before it started"
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@contextlib.asynccontextmanager
async def gateway_serving(cloud: Cloud) -> AsyncIterator[str]:
    known = cloud.parameters
    os.environ["WARRANTY_TABLE"] = known["warranty_table"]
    app = gateway_stand_in.create_app(
        gateway_stand_in.Issuer(known["issuer"], known["discovery_url"]),
        allowed_clients=frozenset({known["m2m_client_id"]}),
        scope=known["m2m_scope"],
        base_url=f"http://127.0.0.1:{cloud.gateway_port}",
    )
    async with serving(app, cloud.gateway_port) as address:
        yield address


def runtime_of(cloud: Cloud, settings: Settings | None = None) -> Runtime:
    settings = settings or cloud.settings()
    extractor = Extractor(settings.memory_id)
    agent = application(settings)
    return Runtime(
        agent,
        authorizer(settings),
        cloud.parameters["runtime_arn"],
        agent.state.runs,
        extractor.session_ended,
    )


def thread() -> str:
    return uuid.uuid4().hex * 2


def runtime_session(token: str | None) -> str:
    """A session that all conversations of a person share, as the chat service sends it."""
    return hashlib.sha256((token or "nobody").encode()).hexdigest()


def run_input(text: str, thread_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "threadId": thread_id,
        "runId": uuid.uuid4().hex,
        "messages": [{"id": "1", "role": "user", "content": text}],
        "tools": [],
        "context": [],
        "state": {},
        "forwardedProps": {"audience": "alone"},
        **changes,
    }


async def cancel(address: str, token: str, thread_id: str, run: str) -> bool:
    """Cancel a run of a person as the chat service does; whether there was one."""
    props = {"cancelRun": run}
    answer = await ask(address, token, "", thread_id, messages=[], forwardedProps=props)
    assert answer.types == ["RUN_STARTED", "RUN_FINISHED"]
    return bool(answer.one("RUN_FINISHED")["result"]["cancelled"])


async def ask(
    address: str,
    token: str | None,
    text: str,
    thread_id: str | None = None,
    *,
    path: str = "/invocations",
    headers: dict[str, str] | None = None,
    **changes: Any,
) -> Answer:
    """Ask as a person and read the whole stream."""
    thread_id = thread_id or thread()
    sent = {SESSION_HEADER: runtime_session(token), **(headers or {})}
    if token is not None:
        sent["Authorization"] = f"Bearer {token}"
    async with (
        # Who forgets hundreds of events waits for AWS's quota meanwhile.
        httpx.AsyncClient(timeout=120) as http,
        http.stream(
            "POST",
            f"{address}{path}",
            json=run_input(text, thread_id, **changes),
            headers=sent,
        ) as response,
    ):
        answer = Answer(response.status_code)
        async for line in response.aiter_lines():
            if line.startswith("data:"):
                answer.events.append(json.loads(line[5:]))
            else:
                answer.body += line
        return answer


def interrupts(answer: Answer) -> list[dict[str, Any]]:
    """The calls that wait for approval at the end of an answer."""
    outcome = answer.one("RUN_FINISHED").get("outcome", {})
    return list(outcome.get("interrupts", []))


async def decide(address: str, token: str, session: str, asked: Answer, **decision: Any) -> Answer:
    """Decide what an answer asks for; without a decision it is approved."""
    decision = decision or {"status": "resolved", "payload": {"approved": True}}
    resume = [{"interruptId": one["id"], **decision} for one in interrupts(asked)]
    return await ask(address, token, "", session, messages=[], resume=resume)


async def ask_and_approve(
    address: str, token: str, text: str, session: str | None = None
) -> Answer:
    """Ask for something that waits for approval, and approve it."""
    session = session or thread()
    return await decide(address, token, session, await ask(address, token, text, session))
