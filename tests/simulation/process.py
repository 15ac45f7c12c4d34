"""One process of the chat service, from the real parts, with the simulation outside of them."""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import BotoCoreError, ClientError

from bots.errors import BotError, reason
from bots.limits.fair_slots import FairSlots
from bots.paused_workspaces.held_rows import HeldRows
from bots.paused_workspaces.held_turn_requeueing import HeldTurns
from bots.paused_workspaces.holding_handler import HoldingHandler
from bots.platform import Accepted, Lease
from bots.queue.consumer import Handle
from bots.queue.service import QueueService, QueueSettings, QueueThreads
from bots.turn.decision_and_stop import TurnActions
from bots.turn.dispatcher import Dispatcher
from bots.turn.handler import TurnHandler
from bots.turn.ledger import Ledger
from bots.turn.result_encryption import ResultEncryption
from bots.turn.run import Runs
from bots.turn.waiting_questions import WaitingQuestions
from bots.workspace_rules.daily_question_count import Quotas
from bots.workspace_rules.daily_token_usage import DailyUsage
from bots.workspace_rules.refusals import WorkspaceRules
from identity.links import Link
from identity.people import ChatUser, Names
from identity.workspaces.pauses import Pauses
from identity.workspaces.settings import Workspaces
from tests.simulation.board import BoardPlatform
from tests.simulation.clock import VirtualLoop
from tests.simulation.faults import Fate
from tests.simulation.outbox_model import OutboxClient
from tests.simulation.outside import AWS, DYNAMODB, IDENTITY, SQS, Failed, Service
from tests.simulation.runtime_model import BrokenQuestion, RuntimeClient

if TYPE_CHECKING:
    from tests.simulation.world import World

LEDGER, WORKSPACES = "turns", "workspaces"
INBOX, DEAD_LETTERS = "inbox", "dead-letters"
RUNS_AT_ONCE, TURNS_AT_ONCE = 3, 32
RECEIPT = "You are linked."
DRAIN_SECONDS = 25
"""Less than in an account, so that more is left for the next process."""

PROCESS: contextvars.ContextVar["Process | None"] = contextvars.ContextVar("process", default=None)


EXPECTED = (BotError, BotoCoreError, ClientError, BrokenQuestion)


class Killed(BaseException):
    """The process is dead; nothing catches that."""


@dataclass(slots=True)
class _Call:
    """A call to the outside that is under way.

    :ivar answer: whoever is cancelled while awaiting it cancels it.
    :ivar over: the answer has come, awaited or not.
    """

    answer: "asyncio.Future[Any]"
    over: bool = False
    waited_for: "asyncio.Future[None] | None" = None

    def settle(self, result: Any, error: Exception | None) -> None:
        self.over = True
        if self.waited_for is not None and not self.waited_for.done():
            self.waited_for.set_result(None)
        if self.answer.done():
            return
        if error is None:
            self.answer.set_result(result)
        else:
            self.answer.set_exception(error)


class Process:
    """What one operating-system process is: it begins, works, and stops or is killed.

    :ivar ended: when nothing of it is left.
    """

    def __init__(self, world: "World", name: str) -> None:
        self.world, self.name = world, name
        self.dead = False
        self.tasks: list[asyncio.Task[Any]] = []
        self._frozen: asyncio.TimerHandle | None = None
        self.ready = asyncio.Event()
        self._stopping = asyncio.Event()
        self._queues: QueueService | None = None
        self._waiting: WaitingQuestions | None = None
        self._runs: Runs | None = None
        self._held: HeldTurns
        self.ended = self.spawn(self._run())

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Begin a task of this process."""
        context = contextvars.copy_context()
        context.run(PROCESS.set, self)
        return asyncio.get_running_loop().create_task(work, context=context)

    def stop(self) -> None:
        """Ask it to finish what it has begun, and to end."""
        self.world.disturbed = True
        self.world.note(self.name, "is asked to stop")
        self._stopping.set()

    def kill(self, at: str) -> None:
        """End it here and now."""
        if self.dead:
            return
        self.dead = self.world.disturbed = True
        self.world.note(self.name, f"is killed: {at}")
        self.world.counts["kills"] += 1
        for task in self.tasks:
            task.cancel()
        self._thaw()

    def freeze(self, seconds: float) -> None:
        """Let it stand still, as a machine does that is paused; what it has sent goes on."""
        if self.dead or self._frozen is not None:
            return
        self.world.note(self.name, f"stands still for {seconds:.0f} s")
        loop = world_loop()
        loop.freeze(self)
        self._frozen = loop.call_later(seconds, self._thaw, context=self.world.context)

    def _thaw(self) -> None:
        if self._frozen is not None:
            self._frozen.cancel()
            self._frozen = None
            self.world.note(self.name, "goes on")
            world_loop().thaw(self)

    def begins(self, turn: str) -> None:
        """A run begins here."""
        self.world.begins(self, turn)

    def put(self, accepted: Any) -> asyncio.Task[Any]:
        """What the edge does with an event that it has verified."""
        assert self._queues
        return self.spawn(self._queues.inbox.put(accepted))

    def linked(self, link: Link) -> asyncio.Task[Any]:
        """What the page does that has just stored a link."""
        assert self._waiting
        return self.spawn(self._waiting.queue(link))

    def stop_turn(self, turn: str, chat_user: ChatUser, conversation: str) -> asyncio.Task[Any]:
        """What a platform does when somebody presses Stop."""
        assert self._runs
        return self.spawn(self._runs.stop(turn, chat_user, conversation))

    def stop_all(self, chat_user: ChatUser, place: str, before: float) -> asyncio.Task[Any]:
        """What a platform does when somebody says the word."""
        assert self._runs
        return self.spawn(self._runs.stop_all(chat_user, place, before))

    async def call(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """The product's ``Executor``: every call of AWS goes this way."""
        if function.__name__ == "receive_message":
            return await self._receive(function, **kwargs)
        what = f"{function.__name__} {_brief(kwargs)}"
        effect = partial(function, *args, **kwargs)
        service = AWS[type(function.__self__)]  # type: ignore[attr-defined]
        return await self.outside(what, effect, service, to_its_end=True)

    async def outside(
        self, what: str, effect: Callable[[], Any], service: Service, *, to_its_end: bool = False
    ) -> Any:
        """Ask something of the world; it happens there even when nobody waits for it any more.

        :param to_its_end: who is cancelled waits for it all the same, as ``Executor`` does.
        """
        if self.dead:
            raise Killed
        loop = asyncio.get_running_loop()
        call = _Call(loop.create_future())
        fate = self.world.fate(service.name)
        arrived = partial(self._arrived, what, effect, service.failed, fate, call)
        loop.call_later(fate.there, arrived, context=self.world.context)
        try:
            return await call.answer
        except asyncio.CancelledError:
            if to_its_end and not call.over and not self.dead:
                call.waited_for = loop.create_future()
                await call.waited_for
            raise

    def _arrived(
        self,
        what: str,
        effect: Callable[[], Any],
        failed: Failed,
        fate: Fate,
        call: "_Call",
    ) -> None:
        if self.dead and not fate.sent:
            return
        if fate.fault == "kill":
            self.kill(f"before {what}")
            return
        result, error = self._done(effect, failed, fate)
        self.world.called(self, what, fate.fault, error)
        if fate.fault == "kill after":
            self.kill(f"after {what}")
            return
        if fate.fault == "freeze":
            self.freeze(self.world.faults.frozen_seconds())
        if fate.back:
            world_loop().call_later(fate.back, call.settle, result, error)
        else:
            call.settle(result, error)

    def _done(
        self, effect: Callable[[], Any], failed: Failed, fate: Fate
    ) -> tuple[Any, Exception | None]:
        """What a call gives, and the error that it ends in."""
        if fate.fault == "fail":
            return None, failed(taken=False, after=self.world.faults.retry_after())
        try:
            result = effect()
        except Exception as raised:  # noqa: BLE001 - it is the caller's
            return None, raised
        return result, failed(taken=True, after=None) if fate.fault == "lose" else None

    async def _receive(self, receive: Any, *, WaitTimeSeconds: float, **kwargs: Any) -> Any:
        """A long poll: as soon as there is something, or once the time is over."""
        queue = kwargs["QueueUrl"]
        until = self.world.now() + WaitTimeSeconds
        call = partial(receive, **kwargs)
        while True:
            answer = await self.outside(f"receive {queue}", call, SQS)
            if answer or not await self.world.receivable(queue, until):
                return answer

    async def _run(self) -> None:
        world = self.world
        settings = QueueSettings(INBOX, DEAD_LETTERS, TURNS_AT_ONCE)
        sqs: Any = world.sqs
        call = cast("Any", self.call)
        async with QueueService.open(settings, sqs, QueueThreads(call, call, call)) as queues:
            dispatcher = self._put_together(queues)
            waiting = self._waiting = self._waiting_questions(queues, dispatcher)
            self._queues = queues
            answer, apologise = map(self._watched, (dispatcher.answer, dispatcher.apologise))
            consuming = queues.consuming(
                answer, apologise, dispatcher.give_up, drain_seconds=DRAIN_SECONDS
            )
            async with consuming, waiting.queueing(), self._held.watched():
                self.ready.set()
                await self._stopping.wait()
                self.ready.clear()

    def _watched(self, handle: Handle) -> Handle:
        """Nothing but what the simulation itself makes fail may fail."""

        async def watched(accepted: Accepted, lease: Lease) -> None:
            try:
                await handle(accepted, lease)
            except Exception as error:
                self.world.note(self.name, f"{accepted.event_id}: {error!r}")
                if not isinstance(error, EXPECTED):
                    self.world.wrong.append(f"{accepted.event_id}: {reason(error)} {error!r}")
                raise

        return watched

    def _put_together(self, queues: QueueService) -> Dispatcher:
        world, call = self.world, cast("Any", self.call)
        dynamodb = cast("Any", world.dynamodb)
        links = cast("Any", SimpleNamespace(active=self._active_link))
        tokens = cast(
            "Any", SimpleNamespace(access_token=self._access_token, is_enabled=_everybody_stays)
        )
        self._runs = Runs(
            runtime=cast("Any", RuntimeClient(self, world.runtime)),
            actions=TurnActions(dynamodb, call, LEDGER),
            links=links,
            tokens=tokens,
            files=cast("Any", None),
            chat_url="https://chat",
        )
        handler = TurnHandler(
            ledger=Ledger(dynamodb, call, LEDGER),
            links=links,
            tokens=tokens,
            runs=self._runs,
            link_url=self._link_url,
            rules=WorkspaceRules(
                Workspaces(dynamodb, WORKSPACES, call),
                Quotas(dynamodb, call, LEDGER),
                DailyUsage(dynamodb, call, LEDGER),
            ),
            results=ResultEncryption(cast("Any", world.kms), "key", call),
            slots=FairSlots(RUNS_AT_ONCE),
        )
        platforms: Any = {
            name: BoardPlatform(self, world.board, name) for name in ("slack", "teams")
        }
        rows, pauses = HeldRows(dynamodb, call, LEDGER), Pauses(dynamodb, WORKSPACES, call)
        self._held = HeldTurns(platforms, rows, pauses, queues.inbox)
        return Dispatcher(platforms, HoldingHandler(handler, handler.ledger, rows, pauses))

    def _waiting_questions(self, queues: QueueService, dispatcher: Dispatcher) -> WaitingQuestions:
        ledger, receipts = dispatcher.handler.ledger, SimpleNamespace(write=self._receipt)
        outbox = cast("Any", OutboxClient(self, self.world.outbox))
        return WaitingQuestions(
            dispatcher.platforms, ledger, queues.inbox, cast("Any", receipts), outbox
        )

    async def _active_link(self, chat_user: ChatUser) -> Link | None:
        effect = partial(self.world.links.get, chat_user.key)
        link: Link | None = await self.outside(f"link of {chat_user.key}", effect, DYNAMODB)
        return link

    async def _access_token(self, link: Link) -> str:
        token: str = await self.outside("access token", lambda: "token", IDENTITY)
        return token

    async def _link_url(self, chat_user: ChatUser, names: Names) -> str:
        url: str = await self.outside("link request", lambda: "https://link", DYNAMODB)
        return url

    async def _receipt(self, link: Link) -> str:
        sentence: str = await self.outside("receipt", lambda: RECEIPT, DYNAMODB)
        return sentence


def world_loop() -> VirtualLoop:
    """The loop of the simulation that runs."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    return loop


def _brief(kwargs: dict[str, Any]) -> str:
    """What tells one call from another, in a trace."""
    key = kwargs.get("Key", {}).get("turn", {}).get("S", "")
    return " ".join(filter(None, [key, kwargs.get("UpdateExpression", "")[:60]]))


async def _everybody_stays(_: str) -> bool:
    return True
