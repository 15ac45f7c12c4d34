"""What a chat user is told there: the receipt of their link, and no answer once they have left."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from bots.limits.fair_slots import FairSlots
from bots.platform import Accepted, Answer, Platform, Turn
from bots.queue.consumer import Handle
from bots.queue.inbox import Inbox
from bots.turn import waiting_questions
from bots.turn.dispatcher import Dispatcher
from bots.turn.handler import TurnHandler
from bots.turn.ledger import Ledger
from bots.turn.result_encryption import ResultEncryption
from bots.turn.run import Runs
from bots.turn.waiting_questions import WaitingQuestions
from bots.workspace_rules.daily_question_count import Quotas
from bots.workspace_rules.daily_token_usage import DailyUsage
from bots.workspace_rules.refusals import WorkspaceRules
from identity.executor import Executor
from identity.links import Link
from identity.people import ChatUser, Names
from identity.workspaces.settings import Workspaces
from tests.bots.receipt import Held
from tests.identity.application import IdentityApplication
from tests.identity.browser import Browser
from tests.identity.clock import Clock
from tests.identity.fresh_accounts import FreshAccount
from tests.identity.process import Process


@dataclass
class Chat:
    """A platform that notes what happens on it, in order."""

    chat_user: ChatUser
    events: list[tuple[str, str]] = field(default_factory=list)
    notify_fails: Callable[[], Awaitable[None]] | None = None

    def question(self, number: int) -> Accepted:
        return Accepted("slack", f"{self.chat_user.user}-{number}", "C1", {"number": number})

    def turn(self, accepted: Accepted) -> Turn:
        return Turn(
            f"slack:{accepted.event_id}", self.chat_user, "slack:C1", "Why?", accepted, Names()
        )

    async def dispatch(self, accepted: Accepted, answer: Answer) -> None:
        await answer(self.turn(accepted))

    async def ask_to_link(self, turn: Turn, url: str) -> None:
        self.events.append(("ask to link", url))

    async def notify(self, turn: Turn, sentence: str) -> None:
        if self.notify_fails:
            await self.notify_fails()
        self.events.append(("notify", sentence))

    def reply(self, turn: Turn, receipt: object) -> Any:
        raise AssertionError("a person who left is answered nothing")

    async def put(self, accepted: Accepted, *, again: str = "") -> None:
        """The inbox takes a question up again."""
        self.events.append(("again", accepted.event_id))


@dataclass(frozen=True)
class Answers:
    """What the chat service does with a question, and with a link."""

    handler: TurnHandler
    answer: Handle
    linked: Callable[[Link], Awaitable[None]]


@pytest.fixture
def chat(slack_user: ChatUser) -> Chat:
    return Chat(slack_user)


@pytest.fixture
def answers(
    application: IdentityApplication, process: Process, execute: Executor, chat: Chat
) -> Answers:
    parameters = application.deployment.parameters
    handler = TurnHandler(
        ledger=Ledger(
            application.deployment.aws.client("dynamodb"), execute, parameters["ledger_table"]
        ),
        links=application.identity.links,
        tokens=process.broker,
        runs=cast("Runs", None),
        link_url=application.identity.link_url,
        rules=_rules(application, execute),
        results=ResultEncryption(
            application.deployment.aws.client("kms"), parameters["tokens_key_id"], execute
        ),
        slots=FairSlots(8),
    )
    identity, inbox = application.identity, cast("Inbox", chat)
    dispatcher = Dispatcher({"slack": cast("Platform", chat)}, handler)
    questions = WaitingQuestions(
        dispatcher.platforms, handler.ledger, inbox, identity.receipts, identity.link_outbox
    )
    return Answers(handler, dispatcher.answer, questions.queue)


def _rules(application: IdentityApplication, execute: Executor) -> WorkspaceRules:
    dynamodb, parameters = (
        application.deployment.aws.client("dynamodb"),
        application.deployment.parameters,
    )
    return WorkspaceRules(
        Workspaces(dynamodb, parameters["workspaces_table"], execute),
        Quotas(dynamodb, execute, parameters["ledger_table"]),
        DailyUsage(dynamodb, execute, parameters["ledger_table"]),
    )


async def waiting(chat: Chat, answers: Answers, *numbers: int) -> None:
    """Questions that were asked before the chat user was linked."""
    for number in numbers:
        await answers.answer(chat.question(number), Held())
    assert [kind for kind, _ in chat.events] == ["ask to link"] * len(numbers)
    chat.events.clear()


async def test_the_receipt_comes_before_the_answers(
    application: IdentityApplication, alice: Browser, chat: Chat, answers: Answers
) -> None:
    await waiting(chat, answers, 1, 2)
    link = await application.link(alice, chat.chat_user, "alice")
    await answers.linked(link)
    (told, sentence), *rest = chat.events
    assert told == "notify"
    assert sentence.startswith("Linked as alice@example.com. Not you? Undo: ")
    assert rest == [("again", chat.question(number).event_id) for number in (1, 2)]
    undo = re.search(r"https?://\S+", sentence)
    assert undo
    assert "Undo this link?" in (await alice.get(undo[0])).text


async def test_a_replaced_link_is_told_without_whose_it_was(
    application: IdentityApplication,
    alice: Browser,
    mallory: Browser,
    chat: Chat,
    answers: Answers,
) -> None:
    await waiting(chat, answers, 1)
    before = await application.link(mallory, chat.chat_user, "admin")
    link = await application.link(alice, chat.chat_user, "alice")
    await answers.linked(link)
    _, sentence = chat.events[0]
    assert "This replaced an earlier link." in sentence
    assert "admin" not in sentence
    assert before.subject not in sentence


async def broken() -> None:
    raise ConnectionError("the chat is down")


async def hanging() -> None:
    await asyncio.sleep(60)


@pytest.mark.parametrize("fails", [broken, hanging])
async def test_a_failing_receipt_keeps_nobody_from_their_answer(
    chat: Chat,
    answers: Answers,
    link: Link,
    monkeypatch: pytest.MonkeyPatch,
    fails: Callable[[], Awaitable[None]],
) -> None:
    monkeypatch.setattr(waiting_questions, "RECEIPT_SECONDS", 0.2)
    entry = await answers.handler.ledger.begin(chat.turn(chat.question(1)), Held())
    assert entry
    await answers.handler.ledger.wait(chat.turn(chat.question(1)), entry)
    chat.notify_fails = fails
    await answers.linked(link)
    assert chat.events == [("again", chat.question(1).event_id)]


async def test_whoever_waits_for_nothing_is_told_nothing(
    chat: Chat, answers: Answers, link: Link
) -> None:
    await answers.linked(link)
    assert chat.events == []


@pytest.mark.parametrize("leave", ["disable", "delete"])
async def test_whoever_left_is_asked_to_sign_in_and_answered_nothing(
    chat: Chat, answers: Answers, person: FreshAccount, clock: Clock, leave: str
) -> None:
    link = await person.application.link(person.browser, chat.chat_user, person.username)
    assert await answers.handler.tokens.access_token(link)
    getattr(person, leave)()
    clock.forward(60)
    await answers.answer(chat.question(1), Held())
    assert [kind for kind, _ in chat.events] == ["ask to link"]
    # The way back ends at the user pool, which lets nobody in who left.
    _, url = chat.events[0]
    page = await person.application.to_confirmation(person.browser, url, person.username)
    assert "/link/confirm" not in {form.action for form in page.forms}
    assert await person.application.identity.links.active(chat.chat_user) is None
