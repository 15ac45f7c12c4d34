"""A process that dies at any step of a linking: the next click, or the next question, goes on."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
import pytest

from bots.queue.service import QueueSettings
from bots.turn import waiting_questions
from identity.executor import Executor
from identity.linking import link_outbox
from identity.people import ChatUser
from tests.bots.scripted_runtime import new_queues
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.browser import Browser, Page
from tests.identity.linking.dying_service import Calls, Chat, Service, answered_or_died, service
from tests.some import some

STEPS_BEFORE = 4
"""The session, the request, what was linked so far, the link."""
STEPS_AFTER = 7
"""The audit log, the claim, what waits, the receipt, its note, the queue, the session."""


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Chat:
    """What people see; who takes over after a death doesn't wait long for it here."""
    monkeypatch.setattr(waiting_questions, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(waiting_questions, "INDEX_LAG", timedelta(seconds=2))
    monkeypatch.setattr(link_outbox, "CLAIM", timedelta(seconds=1))
    return Chat()


@pytest.fixture
def queues(deployment: Deployment) -> QueueSettings:
    return QueueSettings(**new_queues(deployment.aws, deliveries=5), turns_at_once=32)


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not done():  # noqa: ASYNC110 - what people see has no event to wait for
            await asyncio.sleep(0.05)


@dataclass(frozen=True)
class Asker:
    """Who had asked before being linked, and the page where they confirm it."""

    chat_user: ChatUser
    browser: Browser
    page: Page


@dataclass
class Killer:
    """Lets processes of the chat service die."""

    deployment: Deployment
    queues: QueueSettings
    chat: Chat
    execute: Executor

    def service(self, calls: Any) -> AbstractAsyncContextManager[Service]:
        return service(self.deployment, self.queues, self.chat, calls)

    async def confirmed(self, step: int, browser: Browser, page: Page) -> int | None:
        """The status of a confirmation's answer; None when its process died at ``step``."""
        calls = self.chat.calls = Calls(self.execute)
        async with self.service(calls) as dying, aiohttp.ClientSession() as http:
            calls.die_before(step)
            asked = http.post(
                f"{dying.url}/link/confirm",
                data={**page.form("/link/confirm").fields, "answer": "link"},
                # The cookie is for one secure origin; a process of it listens elsewhere here.
                headers={"Cookie": f"__Host-bizassist={browser.cookie}", "Accept": "text/html"},
            )
            answer = await answered_or_died(asked, calls)
            calls.died.set()  # what it had still to do, it never does
        self.chat.calls = None
        return answer.status if answer else None


@pytest.fixture
def killer(deployment: Deployment, queues: QueueSettings, chat: Chat, execute: Executor) -> Killer:
    return Killer(deployment, queues, chat, execute)


async def test_a_confirmation_killed_at_any_step_is_gone_on_with(
    application: IdentityApplication, killer: Killer
) -> None:
    """Every other person clicks again; the others ask something new, or do nothing at all."""
    chat, active = killer.chat, application.identity.links.active
    people: list[Asker] = []
    async with AsyncExitStack() as stays, killer.service(killer.execute) as first:
        for step in range(100):
            browser = await stays.enter_async_context(Browser(killer.deployment.url))
            person = ChatUser("slack", "T0ACME", f"U{secrets.token_hex(5).upper()}")
            await first.dispatcher.answer(chat.question(person, 1))
            url = chat.asked_to_link[person.key]
            page = await application.to_confirmation(browser, url, "alice")
            people.append(Asker(person, browser, page))
            if status := await killer.confirmed(step, browser, page):
                assert status == HTTPStatus.OK
                break
        linked = [bool(await active(one.chat_user)) for one in people]
        assert linked.count(False) >= STEPS_BEFORE
        assert linked.count(True) >= STEPS_AFTER
        assert linked == sorted(linked)

        async with killer.service(killer.execute) as fresh, fresh.working():
            for one in some(people[::2]):
                again = await one.browser.submit(one.page, "/link/confirm", answer="link")
                assert (again.status, "<h1>Linked</h1>" in again.text) == (200, True)
            for one in some(people[1::2]):
                if not await active(one.chat_user):
                    await ask_again(application, fresh, chat, one)
            expected = {chat.question(one.chat_user, 1).event_id for one in people}
            await until(lambda: expected <= set(chat.answers))
    assert len(chat.answers) == len(set(chat.answers))
    assert [one for one in some(people) if not chat.told.get(one.chat_user.key)] == []


async def ask_again(
    application: IdentityApplication, fresh: Service, chat: Chat, asker: Asker
) -> None:
    """Ask something new, and follow the new link."""
    person = asker.chat_user
    del chat.asked_to_link[person.key]
    await fresh.queue.inbox.put(chat.question(person, 2))
    await until(lambda: person.key in chat.asked_to_link)
    url = chat.asked_to_link[person.key]
    page = await application.to_confirmation(asker.browser, url, "alice")
    await asker.browser.submit(page, "/link/confirm", answer="link")
