"""A process that dies while it takes a question of the web chat leaves none at "Thinking…"."""

import asyncio
from http import HTTPStatus

from tests.identity.application import IdentityApplication
from tests.identity.browser import Browser, Page
from tests.identity.dying_service import Killer, Service
from tests.some import some

THINKING = "Thinking…"


async def test_a_question_whose_process_dies_is_answered_or_was_never_asked(
    application: IdentityApplication, killer: Killer, alice: Browser
) -> None:
    await application.web_sign_in(alice, "alice")
    paths: list[str] = []
    async with killer.service() as living, killer.dying() as dying:
        for step in range(100):
            new = await visited(alice, living, "/chat")
            form = next(form for form in new.forms if form.action.startswith("/chat/"))
            paths.append(form.action)
            asked = {"csrf_token": form.fields["csrf_token"], "text": f"Why, at step {step}?"}
            if status := await dying.asked(step, alice, form.action, asked):
                assert status == HTTPStatus.SEE_OTHER
                break

    async with killer.service() as fresh, fresh.working():
        pages = [await rested(alice, fresh, path) for path in paths]
    answered = ["Because." in page.text for page in pages]
    assert answered == [f"at step {step}?" in page.text for step, page in enumerate(pages)]
    # Before the inbox nothing is left of it; from then on it is answered, also without its page.
    assert answered == sorted(answered)
    assert answered.count(False) > 1
    assert answered.count(True) > 1
    assert [page for page in some(pages) if THINKING in page.text] == []


async def rested(browser: Browser, service: Service, path: str) -> Page:
    """The conversation once nothing is left to do in the inbox for it."""
    page = await visited(browser, service, path)
    for _ in range(20):
        if "Because." in page.text:
            break
        await asyncio.sleep(0.1)
        page = await visited(browser, service, path)
    return page


async def visited(browser: Browser, service: Service, path: str) -> Page:
    """A page of this process, which the browser knows by another address."""
    return await browser.get(f"{service.url}{path}", Cookie=f"__Host-bizassist={browser.cookie}")
