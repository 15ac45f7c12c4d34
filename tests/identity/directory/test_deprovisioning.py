"""Whoever the user pool disables or deletes is out within a minute, and nobody else is."""

import asyncio
from typing import Any

import pytest
from botocore.exceptions import ClientError

from identity.directory.enabled_check import FAILURE_PAUSE, GRACE
from identity.errors import LinkExpired
from identity.links import Link
from identity.people import ChatUser
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.browser import Browser
from tests.identity.clock import Clock
from tests.identity.fresh_accounts import FreshAccount
from tests.identity.process import Process

LEAVING = pytest.mark.parametrize("leave", ["disable", "delete"])
MINUTE = 60
BUSY: Any = {"Error": {"Code": "TooManyRequestsException", "Message": ""}}


async def linked(
    application: IdentityApplication, person: FreshAccount, chat_user: ChatUser
) -> Link:
    return await application.link(person.browser, chat_user, person.username)


@LEAVING
async def test_every_session_and_every_link_ends_within_a_minute(
    application: IdentityApplication,
    person: FreshAccount,
    slack_user: ChatUser,
    clock: Clock,
    leave: str,
) -> None:
    deployment = application.deployment
    teams_user = ChatUser("teams", slack_user.tenant, slack_user.user)
    links = [await linked(application, person, user) for user in (slack_user, teams_user)]
    async with Browser(deployment.url) as phone:
        await application.web_sign_in(phone, person.username)
        cookies = [person.browser.cookie, phone.cookie]
        assert (await person.me()).status == 200

        getattr(person, leave)()
        clock.forward(MINUTE)
        gone = await person.browser.get("/me", follow=False)
        assert gone.status == 302
        # One request ended all of it, the browser that has not asked since included.
        assert all(cookie and deployment.session_row(cookie) is None for cookie in cookies)
        assert (await phone.get("/chat")).text == "hello stranger"
    for link in links:
        after = await application.identity.links.get(link.chat_user)
        assert after
        assert (after.state, after.encrypted_token) == ("expired", b"")


@LEAVING
async def test_no_token_is_handed_out_not_even_one_from_memory(
    process: Process, person: FreshAccount, slack_user: ChatUser, clock: Clock, leave: str
) -> None:
    """What a chat turn asks for: without a token it can't be answered."""
    application = person.application
    link = await linked(application, person, slack_user)
    assert await process.broker.access_token(link)
    getattr(person, leave)()
    clock.forward(MINUTE)
    with pytest.raises(LinkExpired):
        await process.broker.access_token(link)
    after = await application.identity.links.get(slack_user)
    assert after
    assert after.state == "expired"
    assert await application.identity.links.active(slack_user) is None
    assert len(process.refreshed) == 1


async def test_whoever_comes_back_signs_in_again_and_has_nothing_of_before(
    application: IdentityApplication,
    process: Process,
    person: FreshAccount,
    slack_user: ChatUser,
    clock: Clock,
) -> None:
    before = await linked(application, person, slack_user)
    person.disable()
    clock.forward(MINUTE)
    await person.browser.get("/chat")
    person.enable()
    assert (await person.browser.get("/chat")).text == "hello stranger"
    with pytest.raises(LinkExpired):
        await process.broker.access_token(before)

    await application.web_sign_in(person.browser, person.username)
    assert (await person.browser.get("/chat")).text == f"hello {person.username}"
    again = await linked(application, person, slack_user)
    assert await process.broker.access_token(again)


async def test_a_session_that_rested_while_its_person_was_disabled_has_ended_too(
    application: IdentityApplication,
    deployment: Deployment,
    person: FreshAccount,
    other: FreshAccount,
    slack_user: ChatUser,
) -> None:
    link = await linked(application, person, slack_user)
    assert person.browser.cookie
    person.disable()
    await application.identity.deprovisioning.end_disabled()
    person.enable()
    assert deployment.session_row(person.browser.cookie) is None
    assert (await person.browser.get("/chat")).text == "hello stranger"
    after = await application.identity.links.get(link.chat_user)
    assert after
    assert after.state == "expired"
    assert (await other.browser.get("/chat")).text == f"hello {other.username}"

    # Signed in again and disabled again: a second departure is seen as well.
    await application.identity.deprovisioning.end_disabled()
    await application.web_sign_in(person.browser, person.username)
    person.disable()
    await application.identity.deprovisioning.end_disabled()
    person.enable()
    assert (await person.browser.get("/chat")).text == "hello stranger"


async def test_disabled_people_are_looked_for_again_and_again(
    application: IdentityApplication, person: FreshAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look that fails is followed by the next one."""
    deprovisioning, looks, swept = application.identity.deprovisioning, [0], asyncio.Event()
    monkeypatch.setattr("identity.directory.deprovisioning.RECHECK", 0.01)
    real = deprovisioning.end_disabled

    async def end_disabled() -> None:
        looks[0] += 1
        if looks[0] == 1:
            raise ClientError(BUSY, "ListUsers")
        await real()
        swept.set()

    monkeypatch.setattr(deprovisioning, "end_disabled", end_disabled)
    person.disable()
    async with deprovisioning.polling(), asyncio.timeout(10):
        await swept.wait()
    assert await application.identity.session_list.of(person.subject) == []


async def test_a_long_outage_signs_nobody_out(
    application: IdentityApplication,
    person: FreshAccount,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert (await person.me()).status == 200
    pool = application.identity.deprovisioning._pool

    def down(subject: str) -> bool:
        raise ClientError(BUSY, "AdminGetUser")

    enabled = pool._enabled
    monkeypatch.setattr(pool, "_failed", pool._failed)  # it ends with this test's clock
    monkeypatch.setattr(pool, "_enabled", down)
    clock.forward(MINUTE)
    assert (await person.me()).status == 200
    clock.forward(GRACE)
    closed = await person.me()
    assert closed.status == 503
    assert "try again in a minute" in closed.text
    monkeypatch.setattr(pool, "_enabled", enabled)
    clock.forward(FAILURE_PAUSE + 1)
    assert (await person.me()).status == 200
