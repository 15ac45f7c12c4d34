"""A chat service that dies at a chosen call to the outside, and one that goes on after it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import httpx
from ag_ui.core import BaseEvent, RunFinishedEvent, TextMessageContentEvent
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.typedefs import Handler
from yarl import URL

from bots.aws import Clients
from bots.platform import Accepted, Answer, Platform, Turn
from bots.queue.service import QueueService, QueueSettings, QueueThreads
from bots.runtime import Runtime
from bots.turn.dispatcher import Dispatcher
from bots.turn.service import TurnService, TurnSettings
from bots.turn.waiting_questions import WaitingQuestions
from bots.web.agui.endpoint import Callers
from bots.web.pages import TEMPLATES
from bots.web.service import WebSettings, web_chat
from identity.executor import Executor
from identity.people import ChatUser, Names, PlatformName
from identity.service import Identity
from identity.web.html import Html
from identity.web.rate_limit_per_address import RateLimit
from tests.identity.application import Deployment
from tests.identity.browser import Browser


class ProcessDied(Exception):
    """Nothing reaches the outside any more."""


class Calls:
    """An executor whose process dies right before its n-th call, once it is armed.

    Making a process takes much longer than letting it die, so the next one has the same parts; it
    begins when everything that the one before had begun has ended, without any effect.

    :ivar died: set when it has; from then on nothing of the process happens any more.
    """

    def __init__(self, execute: Executor) -> None:
        self._execute = execute
        self._left: int | None = None
        self._requests = 0
        self.died, self._buried = asyncio.Event(), asyncio.Event()

    def die_before(self, call: int) -> None:
        self._left = call

    async def __call__(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        await self.step()
        return await self._execute(function, *args, **kwargs)

    async def step(self) -> None:
        """A moment in which the process may die."""
        if self._left == 0:
            self.died.set()
            await self._buried.wait()
        if self.died.is_set():
            raise ProcessDied
        if self._left is not None:
            self._left -= 1

    @web.middleware
    async def answered(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """A middleware that counts what the process is at."""
        self._requests += 1
        try:
            return await handler(request)
        finally:
            self._requests -= 1

    async def begin_anew(self) -> None:
        """Let the next process begin, once nothing of the one before is under way."""
        await self.bury()
        self._left, self._buried = None, asyncio.Event()
        self.died.clear()

    async def bury(self) -> None:
        """End what waits of a process that has died."""
        self.died.set()
        self._buried.set()
        await until(lambda: self._requests == 0)


@dataclass
class Chat:
    """A platform that keeps what people see: what each asker was told, and the answers."""

    calls: Calls | None = None
    told: dict[str, list[str]] = field(default_factory=dict)
    asked_to_link: dict[str, str] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)

    def question(self, chat_user: ChatUser, number: int) -> Accepted:
        return Accepted(
            "slack", f"{chat_user.user}-{number}", chat_user.user, {"of": chat_user.key}
        )

    async def link_of(self, chat_user: ChatUser) -> str:
        """Where somebody was asked to sign in, once they were."""
        await until(lambda: chat_user.key in self.asked_to_link)
        return self.asked_to_link[chat_user.key]

    async def dispatch(self, accepted: Accepted, answer: Answer) -> None:
        chat_user = ChatUser.from_key(str(accepted.body["of"]))
        await answer(
            Turn(f"slack:{accepted.event_id}", chat_user, "slack:C1", "Why?", accepted, Names())
        )

    async def ask_to_link(self, turn: Turn, url: str) -> None:
        self.asked_to_link[turn.chat_user.key] = url

    async def notify(self, turn: Turn, sentence: str) -> None:
        if self.calls:
            await self.calls.step()
        self.told.setdefault(turn.chat_user.key, []).append(sentence)

    @asynccontextmanager
    async def reply(self, turn: Turn, receipt: object) -> AsyncIterator[Any]:
        async def show(event: object) -> None:
            del event

        yield SimpleNamespace(show=show)
        self.answers.append(turn.accepted.event_id)


@dataclass
class Service:
    """What listens, and what puts questions into the inbox and takes them out."""

    url: str
    queue: QueueService
    dispatcher: Dispatcher
    waiting: WaitingQuestions
    identity: Identity

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Questions are answered, and links looked after, while the block runs."""
        consuming = self.queue.consuming(
            self.dispatcher.answer,
            self.dispatcher.apologise,
            self.dispatcher.give_up,
            drain_seconds=5,
        )
        async with consuming, self.waiting.queueing():
            yield


@asynccontextmanager
async def service(
    deployment: Deployment, queues: QueueSettings, chat: Chat, calls: Any
) -> AsyncIterator[Service]:
    """One process of the chat service, on the deployment's tables."""
    known = deployment.parameters
    async with (
        Identity.open(deployment.settings, deployment.aws, calls) as identity,
        QueueService.open(
            queues, deployment.aws.client("sqs"), QueueThreads(calls, calls, calls)
        ) as queue,
        httpx.AsyncClient() as http,
    ):
        settings = TurnSettings(
            ledger_table=known["ledger_table"],
            workspaces_table=known["workspaces_table"],
            uploads_bucket=known["uploads_bucket"],
            results_key_id=known["tokens_key_id"],
            public_url=deployment.url,
            runs_at_once=8,
        )
        runtime = Runtime(http, "http://nobody.invalid", "arn")
        clients, html = Clients.of(deployment.aws, 16), Html(TEMPLATES)
        turns = TurnService.of(settings, clients, calls, calls, runtime=runtime, identity=identity)
        handler = replace(
            turns.handler,
            runs=cast(
                "Any", SimpleNamespace(events=_answer, ended_if_refused=lambda *_: nullcontext())
            ),
        )
        web_settings = WebSettings(
            known["transcripts_table"], known["user_pool_id"], deployment.url
        )
        pages = web_chat(
            *(web_settings, turns, queue.inbox.put, html, calls),
            forget_session=identity.forgetting.forget_session,
            callers=Callers(
                identity.token_verifier, identity.links, identity.deprovisioning.is_enabled
            ),
        )
        platforms: dict[PlatformName, Platform] = {
            "slack": cast("Platform", chat),
            "web": pages.platform,
        }
        dispatcher = Dispatcher(platforms, handler)
        waiting = WaitingQuestions(
            dispatcher.platforms,
            handler.ledger,
            queue.inbox,
            identity.receipts,
            identity.link_outbox,
        )
        counted = [calls.answered] if isinstance(calls, Calls) else []
        app = web.Application(middlewares=counted)
        app.add_routes(pages.routes)
        identity.setup(app, html, waiting.queue, RateLimit(burst=1_000_000))
        async with TestServer(app, host="127.0.0.1") as server:
            url = str(server.make_url("")).rstrip("/")
            yield Service(url, queue, dispatcher, waiting, identity)


async def _answer(*_: object) -> AsyncIterator[BaseEvent]:
    yield TextMessageContentEvent(message_id="m", delta="Because.")
    yield RunFinishedEvent(thread_id="t", run_id="r")


async def _answered_or_died(asked: Awaitable[Any], calls: Calls) -> Any:
    """What a request is answered; None when its process has died."""
    asking = asyncio.ensure_future(asked)
    dying = asyncio.create_task(calls.died.wait())
    await asyncio.wait([asking, dying], return_when=asyncio.FIRST_COMPLETED)
    dying.cancel()
    if calls.died.is_set():
        asking.cancel()
        await asyncio.wait([asking])
        return None
    return asking.result()


@dataclass
class Killer:
    """Lets processes of the chat service die.

    :ivar calls: those of the process that is to die.
    """

    deployment: Deployment
    queues: QueueSettings
    execute: Executor
    chat: Chat = field(default_factory=Chat)

    def __post_init__(self) -> None:
        self.calls = Calls(self.execute)

    def service(self, calls: Any = None) -> AbstractAsyncContextManager[Service]:
        """A process; it lives for as long as the block runs, unless its ``calls`` end it."""
        return service(self.deployment, self.queues, self.chat, calls or self.execute)

    @asynccontextmanager
    async def dying(self) -> AsyncIterator["Dying"]:
        """A place where one process after the other lives, each for one request."""
        async with self.service(self.calls) as one, aiohttp.ClientSession() as http:
            yield Dying(one.url, http, self.calls, self.chat)
            await self.calls.bury()


@dataclass
class Dying:
    """Processes that die while they answer a request."""

    url: str
    http: aiohttp.ClientSession
    calls: Calls
    chat: Chat

    async def asked(
        self,
        step: int,
        browser: Browser,
        path: str,
        form: Mapping[str, str] | None = None,
    ) -> int | None:
        """The status that a request is answered with; None when its process died at ``step``."""
        await self.calls.begin_anew()
        self.chat.calls = self.calls
        self.calls.die_before(step)
        asked = self.http.request(
            "GET" if form is None else "POST",
            URL(f"{self.url}{path}", encoded=True),
            data=form,
            allow_redirects=False,
            # The cookie is for one secure origin; a process of it listens elsewhere here.
            headers={"Cookie": f"__Host-bizassist={browser.cookie}", "Accept": "text/html"},
        )
        answer = await _answered_or_died(asked, self.calls)
        self.calls.died.set()  # what it had still to do, it never does
        self.chat.calls = None
        return answer.status if answer else None


async def until(done: Callable[[], bool]) -> None:
    """Wait for what people see."""
    async with asyncio.timeout(60):
        while not done():  # noqa: ASYNC110 - what people see has no event to wait for
            await asyncio.sleep(0.05)
