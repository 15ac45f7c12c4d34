"""A chat service that dies at a chosen call to the outside, and one that goes on after it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from ag_ui.core import BaseEvent, RunFinishedEvent
from aiohttp import web
from aiohttp.test_utils import TestServer

from bots.platform import Accepted, Answer, Platform, Turn
from bots.queue.service import QueueService, QueueSettings
from bots.turn.dispatcher import Dispatcher
from bots.turn.handler import TurnHandler
from bots.turn.ledger import Ledger
from bots.turn.result_encryption import ResultEncryption
from bots.turn.run_slots import RunSlots
from bots.turn.waiting_questions import WaitingQuestions
from bots.workspace_rules.daily_question_count import Quotas
from bots.workspace_rules.daily_token_usage import DailyUsage
from bots.workspace_rules.refusals import WorkspaceRules
from identity.executor import Executor
from identity.people import ChatUser, Names
from identity.service import Identity
from identity.web.html import Html
from identity.web.rate_limit import RateLimit
from identity.workspaces.settings import Workspaces
from tests.identity.application import Deployment


class Calls:
    """An executor whose process dies right before its n-th call, once it is armed.

    :ivar died: set when it has; from then on nothing of the process happens any more.
    """

    def __init__(self, execute: Executor) -> None:
        self._execute = execute
        self._left: int | None = None
        self.died = asyncio.Event()

    def die_before(self, call: int) -> None:
        self._left = call

    async def __call__(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        await self.step()
        return await self._execute(function, *args, **kwargs)

    async def step(self) -> None:
        """A moment in which the process may die."""
        if self.died.is_set():
            raise asyncio.CancelledError
        if self._left is not None:
            if self._left == 0:
                self.died.set()
                await asyncio.Event().wait()
            self._left -= 1


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
        consuming = self.queue.consuming(self.dispatcher.answer, self.dispatcher.apologise)
        async with consuming, self.waiting.queueing():
            yield


@asynccontextmanager
async def service(
    deployment: Deployment, queues: QueueSettings, chat: Chat, calls: Any
) -> AsyncIterator[Service]:
    """One process of the chat service, on the deployment's tables."""
    aws, known = deployment.aws, deployment.parameters
    dynamodb, table = aws.client("dynamodb"), known["ledger_table"]
    async with (
        Identity.open(deployment.settings, aws, calls) as identity,
        QueueService.open(queues, aws.client("sqs"), calls, calls) as queue,
    ):
        handler = TurnHandler(
            ledger=Ledger(dynamodb, calls, table),
            links=identity.links,
            tokens=identity.tokens,
            runs=cast("Any", SimpleNamespace(events=_no_events)),
            link_url=identity.link_url,
            rules=WorkspaceRules(
                Workspaces(dynamodb, known["workspaces_table"], calls),
                Quotas(dynamodb, calls, table),
                DailyUsage(dynamodb, calls, table),
            ),
            results=ResultEncryption(aws.client("kms"), known["tokens_key_id"], calls),
            slots=RunSlots(8),
        )
        dispatcher = Dispatcher({"slack": cast("Platform", chat)}, handler)
        waiting = WaitingQuestions(
            dispatcher.platforms,
            handler.ledger,
            queue.inbox,
            identity.receipts,
            identity.link_outbox,
        )
        app = web.Application()
        identity.setup(app, Html(), waiting.queue, RateLimit(burst=1_000_000))
        async with TestServer(app, host="127.0.0.1") as server:
            url = str(server.make_url("")).rstrip("/")
            yield Service(url, queue, dispatcher, waiting, identity)


async def _no_events(*_: object) -> AsyncIterator[BaseEvent]:
    yield RunFinishedEvent(thread_id="t", run_id="r")


async def answered_or_died(asked: Awaitable[Any], calls: Calls) -> Any:
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
