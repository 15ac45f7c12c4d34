"""An application with nothing but identity in it, before a user pool, tables and a key."""

import logging
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from bizassist.local import sample_data
from bizassist.local.ports import LOOPBACK
from bizassist.local.processes import Part, Running
from bizassist.local.provision import Addresses, provision
from bots.queue.service import QueueSettings
from bots.turn import waiting_questions
from bots.web.live_answer_reader import LiveAnswers
from bots.web.server_sent_events import AnswerStreams
from identity.executor import Executor
from identity.linking import link_outbox
from identity.links import Link
from identity.people import ChatUser
from identity.service import Identity
from identity.sessions.signed_in_person import signed_in, signed_in_or_refuse
from identity.web.html import Html
from identity.web.rate_limit_per_address import RateLimit
from tests.bots.scripted_runtime import new_queues
from tests.bots.web.test_live_answer_reader import Table as TranscriptTable
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.browser import Browser
from tests.identity.clock import Clock
from tests.identity.dying_service import Killer
from tests.identity.fresh_accounts import other, person, records
from tests.identity.log_check import LogCheck
from tests.identity.process import Process, running_process
from tests.ports import free_port

__all__ = ["other", "person", "records"]  # fixtures of every test below

ROOT = Path(__file__).parents[2]
MINISTACK = ROOT / "bizassist" / "local" / "ministack" / "serve.py"
MINISTACK_PYTHON = ROOT / ".venv-ministack" / "bin" / "python"


@pytest.fixture(autouse=True)
def log_check() -> Iterator[LogCheck]:
    handler, root = LogCheck(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)
    assert not handler.leaks


@pytest_asyncio.fixture(scope="session")
async def deployment(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Deployment]:
    aws, port = free_port(), free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": LOOPBACK,
        "GATEWAY_PORT": str(aws),
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "STATE_DIR": str(tmp_path_factory.mktemp("ministack")),
    }
    part = Part(
        "MiniStack",
        (str(MINISTACK),),
        f"http://{LOOPBACK}:{aws}/_ministack/health",
        environment,
        python=str(MINISTACK_PYTHON),
    )
    running = await Running.start(part, tmp_path_factory.mktemp("logs"))
    try:
        await running.ready()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AWS_ENDPOINT_URL", f"http://{LOOPBACK}:{aws}")
            patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
            patch.setenv("AWS_ACCESS_KEY_ID", "local")
            patch.setenv("AWS_SECRET_ACCESS_KEY", "local")
            passwords = {
                person.username: f"Try-{secrets.token_hex(4)}-9Z" for person in sample_data.PEOPLE
            }
            here = f"http://{LOOPBACK}:{port}"
            parameters = provision(
                Addresses(f"http://{LOOPBACK}:{aws}", here, here, here), passwords, "/app/test"
            )
            yield Deployment(parameters, passwords, port)
    finally:
        await running.stop()


async def _chat(request: web.Request) -> web.Response:
    person = await signed_in(request)
    return web.Response(text=f"hello {person.username}" if person else "hello stranger")


@contextmanager
def answer_without_an_end() -> Iterator[Callable[[web.Request], Awaitable[web.StreamResponse]]]:
    """A handler that streams an answer which nobody goes on with, as the web chat streams its."""
    nothing: Any = TranscriptTable()
    streams = AnswerStreams(LiveAnswers(nothing), render := Executor(1))

    async def stream(request: web.Request) -> web.StreamResponse:
        person = await signed_in_or_refuse(request)
        return await streams.stream(request, person.subject, "turn")

    yield stream
    render.close()


@pytest_asyncio.fixture(scope="session")
async def execute() -> AsyncIterator[Executor]:
    executor = Executor()
    yield executor
    executor.close()


@pytest_asyncio.fixture(scope="session")
async def application(
    deployment: Deployment, execute: Executor
) -> AsyncIterator[IdentityApplication]:
    async with AsyncExitStack() as stack:
        stopped: list[tuple[str, str]] = []

        async def stop_session(session: str, token: str) -> None:
            stopped.append((session, token))

        identity = await stack.enter_async_context(
            Identity.open(deployment.settings, deployment.aws, execute, stop_session)
        )
        await stack.enter_async_context(identity.forgetting.working())
        application = IdentityApplication(identity, deployment, stopped=stopped)
        app = web.Application()
        # All tests are one address; the limit has tests of its own.
        identity.setup(
            app,
            Html(),
            application.on_linked,
            RateLimit(burst=1_000_000),
            notice_of=application.notice_of,
        )
        app.router.add_get("/chat", _chat)
        app.router.add_get("/answer", stack.enter_context(answer_without_an_end()))
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, LOOPBACK, deployment.port).start()
        yield application


@pytest_asyncio.fixture
async def alice(application: IdentityApplication, deployment: Deployment) -> AsyncIterator[Browser]:
    async with Browser(deployment.url) as browser:
        yield browser


@pytest_asyncio.fixture
async def mallory(
    application: IdentityApplication, deployment: Deployment
) -> AsyncIterator[Browser]:
    """Another browser; whoever sits there signs in as the sample person ``admin``."""
    async with Browser(deployment.url) as browser:
        yield browser


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in (
        "links",
        "linking.link_requests",
        "linking.link_receipt",
        "oidc.authorization_code",
        "oidc.unfinished_sign_ins",
        "sessions.session_limit",
        "sessions.session_list",
        "sessions.session_store",
        "sessions.signed_in_person",
    ):
        monkeypatch.setattr(f"identity.{module}.time", clock.time)
    for module in (
        "directory.enabled_check",
        "directory.group_check",
        "oidc.cached_document",
        "tokens.broker",
    ):
        monkeypatch.setattr(f"identity.{module}.monotonic", clock.monotonic)
    return clock


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for the user pool waits until it answers, however busy this machine is.

    After three seconds a person would be taken for enabled, as in an outage.
    """
    for module in ("enabled_check", "group_check"):
        monkeypatch.setattr(f"identity.directory.{module}.ANSWER_TIMEOUT", 60.0)


@pytest.fixture
def slack_user() -> ChatUser:
    """A chat user whom no other test knows."""
    return ChatUser("slack", "T0ACME", f"U{secrets.token_hex(5).upper()}")


@pytest_asyncio.fixture
async def process(deployment: Deployment, execute: Executor) -> AsyncIterator[Process]:
    async with running_process(deployment, execute) as made:
        yield made


@pytest_asyncio.fixture
async def other_process(deployment: Deployment, execute: Executor) -> AsyncIterator[Process]:
    async with running_process(deployment, execute) as made:
        yield made


@pytest_asyncio.fixture
async def link(application: IdentityApplication, alice: Browser, slack_user: ChatUser) -> Link:
    return await application.link(alice, slack_user, "alice")


@pytest.fixture
def killer(deployment: Deployment, execute: Executor, monkeypatch: pytest.MonkeyPatch) -> Killer:
    """Who takes over after a death doesn't wait long for it here."""
    monkeypatch.setattr(waiting_questions, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(waiting_questions, "INDEX_LAG", timedelta(seconds=2))
    monkeypatch.setattr(link_outbox, "CLAIM", timedelta(seconds=1))
    return Killer(
        deployment,
        QueueSettings(**new_queues(deployment.aws, deliveries=5), turns_at_once=32),
        execute,
    )
