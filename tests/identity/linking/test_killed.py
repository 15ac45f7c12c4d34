"""A process that dies at any step of a linking: the next click, or the next question, goes on."""

import secrets
from contextlib import AsyncExitStack
from dataclasses import dataclass
from http import HTTPStatus

from yarl import URL

from identity.people import ChatUser
from tests.bots.receipt import Held
from tests.identity.application import IdentityApplication
from tests.identity.browser import Browser, Page
from tests.identity.dying_service import Chat, Killer, Service, until
from tests.some import some

STEPS_BEFORE = 4
"""The session, the request, what was linked so far, the audit log."""
STEPS_AFTER = 7
"""The claim, what waits, the receipt, its mark, the chat, the queue, the session."""
STEPS_OF_A_CALLBACK = 5
"""The session, the request, the pool's tokens, the key, the session."""


@dataclass(frozen=True)
class Asker:
    """Who had asked before being linked, and the page where they confirm it."""

    chat_user: ChatUser
    browser: Browser
    page: Page


def new_person() -> ChatUser:
    return ChatUser("slack", "T0ACME", f"U{secrets.token_hex(5).upper()}")


async def test_a_confirmation_killed_at_any_step_is_gone_on_with(
    application: IdentityApplication, killer: Killer
) -> None:
    """Every other person clicks again; the others ask something new, or do nothing at all."""
    chat, active = killer.chat, application.identity.links.active
    people: list[Asker] = []
    linked: list[bool] = []
    async with (
        AsyncExitStack() as stays,
        killer.service() as first,
        killer.dying() as dying,
    ):
        for step in range(100):
            browser = await stays.enter_async_context(Browser(killer.deployment.url))
            person = new_person()
            await first.dispatcher.answer(chat.question(person, 1), Held())
            url = chat.asked_to_link[person.key]
            page = await application.to_confirmation(browser, url, "alice")
            people.append(Asker(person, browser, page))
            form = {**page.form("/link/confirm").fields, "answer": "link"}
            status = await dying.asked(step, browser, "/link/confirm", form)
            linked.append(bool(await active(person)))
            # Who may speak for whom is written down before it is so.
            assert await entries(application, person) == 1 or not linked[-1]
            if status:
                assert status == HTTPStatus.OK
                break
        assert linked.count(False) >= STEPS_BEFORE
        assert linked.count(True) >= STEPS_AFTER
        assert linked == sorted(linked)

        async with killer.service() as fresh, fresh.working():
            for one in some(people[::2]):
                again = await one.browser.submit(one.page, "/link/confirm", answer="link")
                assert (again.status, "<h1>Linked</h1>" in again.text) == (200, True)
            for one in some(people[1::2]):
                if not await active(one.chat_user):
                    await ask_again(application, fresh, chat, one)
            expected = {chat.question(one.chat_user, 1).event_id for one in people}
            await until(lambda: expected <= set(chat.answers))
    assert len(chat.answers) == len(set(chat.answers))
    told = [len(chat.told.get(one.chat_user.key, [])) for one in some(people)]
    assert max(told) == 1
    # Whoever died between its mark and the chat leaves open whether the receipt was shown.
    assert told.count(0) <= 1
    assert [await entries(application, one.chat_user) for one in people[::2]] == [1] * len(
        people[::2]
    )


async def test_a_sign_in_killed_at_any_step_is_gone_on_with(
    application: IdentityApplication, killer: Killer
) -> None:
    """The person loads the page again, and where that says so follows their link again."""
    chat, died = killer.chat, 0
    async with (
        killer.service() as first,
        first.working(),
        killer.dying() as dying,
    ):
        for step in range(100):
            async with Browser(killer.deployment.url) as browser:
                person = new_person()
                await first.queue.inbox.put(chat.question(person, 1))
                url = await chat.link_of(person)
                at_pool = await application.to_pool(browser, url)
                password = application.deployment.passwords["alice"]
                left = await browser.sign_in(at_pool, "alice", password, follow=False)
                back = left.headers["Location"]
                status = await dying.asked(step, browser, URL(back).raw_path_qs)
                page = await browser.get(back)
                if "<h1>" in page.text and not any(
                    form.action.endswith("/link/confirm") for form in page.forms
                ):
                    page = await application.to_confirmation(browser, url, "alice")
                assert await application.identity.links.active(person) is None
                done = await browser.submit(page, "/link/confirm", answer="link")
                assert (done.status, "<h1>Linked</h1>" in done.text) == (200, True)
                assert await entries(application, person) == 1
            if status:
                assert status == HTTPStatus.OK
                break
            died += 1
        assert died >= STEPS_OF_A_CALLBACK
        await until(lambda: len(chat.answers) > died)
    assert len(chat.answers) == len(set(chat.answers)) == died + 1


async def entries(application: IdentityApplication, person: ChatUser) -> int:
    """How often the audit log says that somebody was linked."""
    found = await application.identity.audit.page(limit=500)
    return sum(one.by == person.key and one.action in ("linked", "replaced") for one in found)


async def ask_again(
    application: IdentityApplication, fresh: Service, chat: Chat, asker: Asker
) -> None:
    """Ask something new, and follow the new link."""
    person = asker.chat_user
    del chat.asked_to_link[person.key]
    await fresh.queue.inbox.put(chat.question(person, 2))
    url = await chat.link_of(person)
    page = await application.to_confirmation(asker.browser, url, "alice")
    await asker.browser.submit(page, "/link/confirm", answer="link")
