"""Everything outside of the chat service's processes: people, the platform, AWS, and bad luck."""

import asyncio
import contextvars
import json
import random
from collections import Counter
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bots.answer.placeholder import THINKING
from bots.platform import Accepted
from bots.queue.retry_policy import MOST_APOLOGIES
from identity.links import Link
from identity.people import ChatUser, PlatformName
from tests.simulation.aws_models import DynamoDBModel, KMSModel, SQSModel
from tests.simulation.board import LIMIT, Board
from tests.simulation.clock import VirtualLoop
from tests.simulation.faults import Fate, Faults, ServiceName
from tests.simulation.outbox_model import OutboxModel
from tests.simulation.process import DEAD_LETTERS, INBOX, LEDGER, PROCESS, WORKSPACES, Process
from tests.simulation.queue_model import QueueModel
from tests.simulation.runtime_model import RuntimeModel
from tests.simulation.table_model import TableModel
from tests.simulation.virtual_time import EPOCH, now, split

KINDS = ("plain",) * 12 + ("busy", "failing", "refused", "broken", "away")
COMMANDS = 0.25
"""Of what is asked in Slack, so much is a slash command."""
OVER = ("answered", "failed")
LONGEST = 3 * 60 * 60.0
"""Seconds after which what isn't over never will be."""


@dataclass(frozen=True, slots=True)
class Question:
    """What one person asks."""

    accepted: Accepted
    chat_user: ChatUser

    @property
    def turn(self) -> str:
        return f"{self.accepted.platform}:{self.accepted.event_id}"

    @property
    def is_command(self) -> bool:
        """Whether it is a slash command, which is answered to its asker alone."""
        return bool(self.accepted.body.get("command"))

    @property
    def kind(self) -> str:
        return str(self.accepted.body["text"]).split()[0]


class World:
    """One simulation.

    :ivar wrong: what must not have happened.
    :ivar trace: what happened: when, to whom, what.
    :ivar unkept: a result could not be kept before it was shown.
    :ivar disturbed: something failed, died, stood still or was taken away.
    :ivar stopped: turns that somebody has stopped; :ivar heard_stops: by the word, and since when
        each of these was known to the service.
    :ivar revoked: whose links were ended, so that an answer may end in the middle.
    :ivar linkings: how often each person was linked meanwhile.
    :ivar counts: of kills, and of what else may be told of many seeds.
    """

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.faults = Faults(self.chance)
        self.trace: list[tuple[float, str, str]] = []
        self.wrong: list[str] = []
        self.counts: Counter[str] = Counter()
        self.disturbed = False
        self.queues = {DEAD_LETTERS: QueueModel(now)}
        self.queues[INBOX] = QueueModel(now, self.queues[DEAD_LETTERS], most_receives=100)
        self.tables = {LEDGER: TableModel("turn"), WORKSPACES: TableModel("workspace")}
        self.sqs, self.dynamodb = SQSModel(self.queues), DynamoDBModel(self.tables)
        self.kms = KMSModel()
        self.board = Board(on_ask_to_link=self._wants_link)
        self.runtime = RuntimeModel()
        self.links: dict[str, Link] = {}
        self.outbox = OutboxModel(self.now)
        self.questions = self._questions()
        self._linked_from_the_start = frozenset(self.links)
        self.unkept = False
        self.stopped: set[str] = set()
        self.revoked: set[str] = set()
        self.heard_stops: list[tuple[float, frozenset[str]]] = []
        self._processes: dict[int, Process] = {}
        self._linking: set[str] = set()
        self.linkings: Counter[str] = Counter()
        self._waiting: dict[str, list[asyncio.Future[None]]] = {name: [] for name in self.queues}
        self.context = contextvars.copy_context()
        for name, queue in self.queues.items():
            queue.refuses = self._refuses
            queue.changed = lambda name=name: self._wake(name)  # type: ignore[misc]

    async def run(self) -> None:
        """Live until everything is over; ``wrong`` says what must not have been."""
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        loop.on_task, loop.process_of = _into_process, _process_of
        loop.set_exception_handler(lambda *_: None)
        self.context = contextvars.copy_context()
        for index in range(self.chance.choice((1, 1, 2))):
            self._begin(self._keep_running(index))
        people = [self._begin(self._ask(group)) for group in self._by_person()]
        self._begin(self._meddle())
        await asyncio.wait(people)
        while not self._over() and self.now() < LONGEST:  # noqa: ASYNC110 - nothing says it is over
            await asyncio.sleep(10)

    # What processes see of the world

    def now(self) -> float:
        """Seconds since the simulation began."""
        return asyncio.get_running_loop().time()

    def note(self, who: str, what: str) -> None:
        self.trace.append((self.now(), who, what))

    def fate(self, service: ServiceName) -> Fate:
        return self.faults.fate(self.now(), service)

    def called(self, process: Process, what: str, fault: str, error: Exception | None) -> None:
        ended = "" if error is None else f" ! {error!r}"
        self.note(process.name, f"{what}{'' if fault == 'none' else f' ({fault})'}{ended}")
        if fault != "none":
            self.counts[fault] += 1
            self.disturbed = True
        if error is not None and ("#result = " in what or "data_key" in what):
            self.unkept = True

    def begins(self, process: Process, turn: str) -> None:
        """A process is about to run the agent for a turn."""
        row = self.row(turn)
        made = [split(one, LIMIT)[0] for one in self.runtime.made.get(turn, [])]
        if not self.unkept and self.board.final.get(turn, set()).intersection(made):
            self.wrong.append(f"{turn} is run again by {process.name}, although it was shown whole")
        if "result" in row:
            self.wrong.append(f"{turn} is run again by {process.name}, although its result is kept")
        mine = [one for one in self.queues[INBOX].messages if turn_of(one) == turn]
        for other in self.queues[INBOX].messages:
            if mine and other.group == mine[0].group and int(other.id) < int(mine[0].id):
                self.wrong.append(f"{turn} overtakes {turn_of(other)}")

    async def receivable(self, name: str, until: float) -> bool:
        """Return when a queue has something to give; False when it is ``until`` before."""
        while self.now() < until:
            if self.queues[name].has_receivable():
                return True
            await self._changed(name, until)
        return False

    async def _changed(self, name: str, until: float) -> None:
        loop = asyncio.get_running_loop()
        waiting = loop.create_future()
        self._waiting[name].append(waiting)
        at = min(until, self.queues[name].next_visible() - EPOCH)
        timer = loop.call_at(at, _wake, waiting)
        try:
            await waiting
        finally:
            timer.cancel()

    def waited_for_link(self, question: Question) -> bool:
        """Whether its asker had to link first."""
        return question.chat_user.key not in self._linked_from_the_start

    def _refuses(self) -> bool:
        refuses = self.now() < self.faults.until and self.faults.some(0.3)
        self.disturbed = self.disturbed or refuses
        return refuses

    def row(self, turn: str) -> dict[str, Any]:
        """A turn's row in the ledger."""
        return self.tables[LEDGER].items.get(turn, {})

    # What happens in it

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task that belongs to no process."""
        loop = asyncio.get_running_loop()
        return loop.create_task(work, context=self.context.copy())

    def _wake(self, name: str) -> None:
        waiting, self._waiting[name] = self._waiting[name], []
        for one in waiting:
            _wake(one)

    def _questions(self) -> list[Question]:
        chance, questions = self.chance, []
        conversations = [f"C{number}" for number in range(chance.choice((1, 2, 2)))]
        platforms: list[PlatformName] = ["slack", "teams"]
        platform = chance.choice(platforms)
        for number in range(chance.randint(3, 6)):
            asker = ChatUser(platform, "T", f"U{chance.randrange(2)}")
            text = f"{chance.choice(KINDS)} {chance.choice((1, 2, 3, 30))}"
            command = platform == "slack" and chance.random() < COMMANDS
            body: dict[str, object] = {"asker": asker.key, "text": text, "command": command}
            accepted = Accepted(platform, f"E{number}", chance.choice(conversations), body)
            questions.append(Question(accepted, asker))
        for key in {question.chat_user.key: None for question in questions}:
            if chance.random() < 0.7:
                self.links[key] = linked(ChatUser.from_key(key), 0.0)
        return questions

    def _by_person(self) -> Iterator[list[Question]]:
        for key in {question.chat_user.key: None for question in self.questions}:
            yield [one for one in self.questions if one.chat_user.key == key]

    async def _ask(self, questions: list[Question]) -> None:
        chance = self.chance
        for question in questions:
            await asyncio.sleep(chance.choice((0.0, 0.5, 5.0, 30.0)) * chance.random())
            await self._send(question)
            if chance.random() < 0.1:
                self._begin(self._send_again(question))
            if chance.random() < 0.1:
                self._begin(self._stop(question))
            elif chance.random() < 0.1:
                self._begin(self._say_stop(question))

    async def _send(self, question: Question) -> None:
        """As a platform does: again, until it is told that the event was taken."""
        while not await self._done(lambda one: one.put(question.accepted), 3):  # noqa: ASYNC110
            await asyncio.sleep(self.chance.uniform(0.5, 5))

    async def _send_again(self, question: Question) -> None:
        await asyncio.sleep(self.chance.choice((1, 10, 400)) * self.chance.random())
        await self._send(question)

    async def _stop(self, question: Question) -> None:
        await asyncio.sleep(self.chance.choice((0, 1, 10)) * self.chance.random())
        self.stopped.add(question.turn)
        self.note(question.chat_user.user, f"stops {question.turn}")
        conversation = question.accepted.conversation
        await self._done(
            lambda one: one.stop_turn(question.turn, question.chat_user, conversation), 30
        )

    async def _say_stop(self, question: Question) -> None:
        """Say the word where a question was asked: all that its asker had asked there is meant.

        What is put again, once its asker is linked, counts from when it was sent first.
        """
        await asyncio.sleep(self.chance.choice((0, 1, 10)) * self.chance.random())
        asker, place = question.chat_user, question.accepted.conversation
        before = int(now() * 1000) / 1000  # as the queue tells when the word was sent
        inbox = self.queues[INBOX]
        sent: dict[str, float] = {}
        for one in [*inbox.messages, *inbox.deleted]:
            sent[turn_of(one)] = min(one.sent_at, sent.get(turn_of(one), before))
        meant = {
            one.turn
            for one in self.questions
            if (one.chat_user, one.accepted.conversation) == (asker, place)
            and sent.get(one.turn, before) < before
        }
        self.stopped |= meant
        self.note(asker.user, f"says stop, which means {sorted(meant)}")
        if await self._done(lambda one: one.stop_all(asker, place, before), 30):
            self.heard_stops.append((now(), frozenset(meant)))

    def _wants_link(self, chat_user: ChatUser) -> None:
        if chat_user.key not in self._linking:
            self._linking.add(chat_user.key)
            self._begin(self._sign_in(chat_user))

    async def _sign_in(self, chat_user: ChatUser) -> None:
        """Link, once; whether the page then says that it is done is of no account."""
        await asyncio.sleep(self.chance.uniform(1, 40))
        self._linking.discard(chat_user.key)
        link = self.links[chat_user.key] = linked(chat_user, self.now())
        self.outbox.add(link)
        self.linkings[chat_user.key] += 1
        self.note(chat_user.user, "is linked")
        await self._done(lambda one: one.linked(link), 30)

    async def _done(self, ask: Any, seconds: float) -> bool:
        """Whether a process did, in time, what it was asked."""
        alive = [one for one in self._processes.values() if one.ready.is_set() and not one.dead]
        if not alive:
            return False
        task: asyncio.Task[Any] = ask(self.chance.choice(alive))
        await asyncio.wait([task], timeout=seconds)
        return task.done() and not task.cancelled() and task.exception() is None

    async def _keep_running(self, index: int) -> None:
        """A process after the other, as an orchestrator does."""
        chance, stops = self.chance, self.chance.random() < 0.3
        for number in range(1000):
            process = self._processes[index] = Process(self, f"P{index}.{number}")
            self.note(process.name, "begins")
            if stops and self.now() < self.faults.until:
                self._begin(_stop_after(process, chance.uniform(3, 60)))
            await asyncio.wait([process.ended])
            if not process.dead and (error := process.ended.exception()):
                self.wrong.append(f"{process.name} broke: {error!r}")
            await asyncio.sleep(chance.choice((0.1, 1.0, 10.0)))

    async def _meddle(self) -> None:
        """People delete, archive and revoke; a platform closes messages."""
        chance = self.chance
        often = chance.choice((0.0, 0.0, 0.1, 0.5))
        while often and self.now() < self.faults.until:
            await asyncio.sleep(chance.uniform(1, 6))
            if chance.random() < often:
                self._meddle_with(chance.choice(("close", "delete", "archive", "revoke")))

    def _meddle_with(self, way: str) -> None:
        chance, self.disturbed = self.chance, True
        messages = [one for one in self.board.messages.values() if self._in_work(one.turn)]
        if way == "archive" and chance.random() < 0.2:
            self.board.archived.add(chance.choice(self.questions).accepted.conversation)
        elif way == "revoke" and self.links and chance.random() < 0.3:
            revoked = chance.choice(list(self.links))
            del self.links[revoked]
            self.revoked.add(revoked)
        elif messages and way in ("close", "delete"):
            message = chance.choice(messages)
            message.closed = True
            message.deleted = message.deleted or (way == "delete" and message.text == THINKING)
            self.note("board", f"{way} {message.id} of {message.turn}")
            return
        self.note("people", way)

    def _in_work(self, turn: str) -> bool:
        return self.row(turn).get("state", {}).get("S") not in OVER

    def left_to_the_alarm(self, turn: str) -> bool:
        """Whether its asker could not even be told, in three deliveries of the dead letter."""
        return self._in_work(turn) and any(
            turn_of(message) == turn and message.receives >= MOST_APOLOGIES
            for message in self.queues[DEAD_LETTERS].deleted
        )

    def _over(self) -> bool:
        quiet = not any(queue.messages for queue in self.queues.values())
        return quiet and not any(
            self._in_work(question.turn) and not self.left_to_the_alarm(question.turn)
            for question in self.questions
        )


def linked(chat_user: ChatUser, at: float) -> Link:
    """A link that is made so many seconds after the simulation began."""
    linked_at = datetime.fromtimestamp(EPOCH + at, UTC)
    return Link(chat_user, f"subject-{chat_user.user}", b"", "account", linked_at)


def turn_of(message: Any) -> str:
    """The turn that a message of a queue asks for."""
    body = json.loads(message.sent["MessageBody"])
    return f"{body['platform']}:{body['event_id']}"


def _wake(waiting: "asyncio.Future[None]") -> None:
    if not waiting.done():
        waiting.set_result(None)


async def _stop_after(process: Process, seconds: float) -> None:
    await asyncio.sleep(seconds)
    process.stop()


def _process_of(context: contextvars.Context) -> Process | None:
    return context.get(PROCESS)


def _into_process(task: asyncio.Task[Any], context: contextvars.Context) -> None:
    process = context.get(PROCESS)
    if process is not None:
        process.tasks.append(task)
        if process.dead:
            task.cancel()
