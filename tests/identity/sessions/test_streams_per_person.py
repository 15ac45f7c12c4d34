"""A stream that is open ends with the rights of who looks on, by the real check of sessions."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bots.web import streams_per_person
from identity.directory.enabled_check import RECHECK
from tests.identity.browser import Browser, Page
from tests.identity.clock import Clock
from tests.identity.fresh_accounts import FreshAccount

SECONDS = 30.0
"""More than enough on a busy machine; a stream that ends does so within a second."""

End = Callable[[FreshAccount, Clock], Awaitable[object]]


async def by_signing_out(person: FreshAccount, clock: Clock) -> None:
    del clock
    page = await person.browser.get("/auth/logout")
    await person.browser.submit(page, "/auth/logout", follow=False)


async def by_signing_out_elsewhere(person: FreshAccount, clock: Clock) -> None:
    del clock
    await person.application.identity.session_list.end_all(person.subject)


async def by_being_disabled(person: FreshAccount, clock: Clock) -> None:
    person.disable()
    clock.forward(RECHECK)


async def by_being_deleted(person: FreshAccount, clock: Clock) -> None:
    person.delete()
    clock.forward(RECHECK)


async def opened(browser: Browser) -> "asyncio.Task[Page]":
    """A stream that is open; its page is there when it has ended."""
    stream = asyncio.create_task(browser.get("/answer", Accept="text/event-stream"))
    await asyncio.sleep(0)
    return stream


@pytest.mark.parametrize(
    "end", [by_signing_out, by_signing_out_elsewhere, by_being_disabled, by_being_deleted]
)
async def test_it_ends_with_its_session(
    person: FreshAccount, alice: Browser, clock: Clock, monkeypatch: pytest.MonkeyPatch, end: End
) -> None:
    for name in ("LOOK_SECONDS", "SESSION_SECONDS"):
        monkeypatch.setattr(streams_per_person, name, 0.05)
    await person.application.web_sign_in(person.browser, person.username)
    await person.application.web_sign_in(alice, "alice")
    async with asyncio.timeout(SECONDS):
        ending, staying = await opened(person.browser), await opened(alice)
        done, _ = await asyncio.wait({ending, staying}, timeout=0.5)
        assert not done
        await end(person, clock)
        assert (await ending).status == 200
    assert not staying.done()
    staying.cancel()
