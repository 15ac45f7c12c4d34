"""Browser sessions: how long they last, and that what has ended stays ended."""

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from identity.people import ChatUser
from identity.sessions import session_store
from identity.sessions.session_cookie import COOKIE
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.browser import Browser
from tests.identity.clock import Clock


async def test_a_session_ends_an_hour_after_its_last_request(
    application: IdentityApplication, alice: Browser, clock: Clock
) -> None:
    await application.web_sign_in(alice, "alice")
    clock.forward(session_store.INACTIVITY_TIMEOUT - 10)
    assert (await alice.get("/chat")).text == "hello alice"
    clock.forward(session_store.INACTIVITY_TIMEOUT - 10)
    assert (await alice.get("/chat")).text == "hello alice"
    clock.forward(session_store.INACTIVITY_TIMEOUT + 10)
    assert (await alice.get("/chat")).text == "hello stranger"


async def test_a_session_ends_after_a_working_day_however_busy(
    application: IdentityApplication, alice: Browser, clock: Clock
) -> None:
    await application.web_sign_in(alice, "alice")
    for _ in range(12):
        assert (await alice.get("/chat")).text == "hello alice"
        clock.forward(session_store.INACTIVITY_TIMEOUT - 10)
    # Two minutes before its end, so that what ends it is not the time without a request.
    assert (await alice.get("/chat")).text == "hello alice"
    clock.forward(130)
    assert (await alice.get("/chat")).text == "hello stranger"


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "A" * 5_000, "'; drop table", "é" * 43])
async def test_an_invented_cookie_is_nobody(application: IdentityApplication, cookie: str) -> None:
    request = make_mocked_request("GET", "/", headers={"Cookie": f"{COOKIE}={cookie}"})
    session = await application.identity.sessions.load_session(request)
    assert session.new
    assert session.empty


async def test_the_table_of_sessions_opens_no_session(
    application: IdentityApplication, deployment: Deployment, alice: Browser
) -> None:
    await application.web_sign_in(alice, "alice")
    assert alice.cookie
    row = deployment.session_row(alice.cookie)
    assert row
    assert alice.cookie not in str(row)
    async with Browser(deployment.url) as thief:
        answer = await thief.get("/chat", Cookie=f"{COOKIE}={row['id']['S']}")
    assert answer.text == "hello stranger"


async def test_a_request_under_way_does_not_bring_an_ended_session_back(
    application: IdentityApplication, deployment: Deployment, alice: Browser
) -> None:
    """Signing out in one tab while another tab's request is about to store its session."""
    await application.web_sign_in(alice, "alice")
    cookie = alice.cookie
    assert cookie
    request = make_mocked_request("GET", "/", headers={"Cookie": f"{COOKIE}={cookie}"})
    slow = await application.identity.sessions.load_session(request)
    assert not slow.empty

    await alice.submit(await alice.get("/auth/logout"), "/auth/logout", follow=False)
    slow["note"] = "I'm late"
    answer = web.Response()
    await application.identity.sessions.save_session(request, answer, slow)
    assert deployment.session_row(cookie) is None
    assert not answer.cookies
    assert (await application.identity.sessions.load_session(request)).empty


async def test_two_sign_ins_of_one_browser_at_once_leave_one_session(
    application: IdentityApplication, alice: Browser
) -> None:
    pages = [await alice.get("/auth/login") for _ in range(2)]
    password = application.deployment.passwords["alice"]
    callbacks = [
        (await alice.sign_in(page, "alice", password, follow=False)).headers["Location"]
        for page in pages
    ]
    await asyncio.gather(*(alice.get(callback) for callback in callbacks))
    assert (await alice.get("/chat")).text == "hello alice"


async def test_a_browser_keeps_a_few_sign_ins_and_no_more(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    url = await application.link_url(slack_user)
    for _ in range(12):
        await application.to_confirmation(alice, url, "alice")
        await alice.get("/auth/login", follow=False)
    stored = await application.stored_session(alice)
    assert len(stored["sign_ins"]) == 4
    assert len(stored["confirmations"]) == 4
