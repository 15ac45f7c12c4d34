"""A process that dies at any step of a linking: the next click, or the next question, goes on."""

import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass
from http import HTTPStatus

from identity.people import ChatUser
from tests.bots.receipt import Held
from tests.identity.application import IdentityApplication
from tests.identity.browser import Browser, Page
from tests.identity.dying_service import Chat, Killer, Service, until
from tests.some import some

STEPS_BEFORE = 4
"""The session, the request, what was linked so far, the link."""
STEPS_AFTER = 7
"""The audit log, the claim, what waits, the receipt, its note, the queue, the session."""


@dataclass(frozen=True)
class Asker:
    """Who had asked before being linked, and the page where they confirm it."""

    chat_user: ChatUser
    browser: Browser
    page: Page


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
            await first.dispatcher.answer(chat.question(person, 1), Held())
            url = chat.asked_to_link[person.key]
            page = await application.to_confirmation(browser, url, "alice")
            people.append(Asker(person, browser, page))
            form = {**page.form("/link/confirm").fields, "answer": "link"}
            if status := await killer.posted(step, browser, "/link/confirm", form):
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
