"""Whoever the user pool disables or deletes is out within a minute, and nobody else is."""

import asyncio
from typing import Any

import pytest
from botocore.exceptions import ClientError

from identity.directory.user_pool import GRACE, PAUSE
from identity.errors import LinkExpired
from identity.links import Link
from identity.people import ChatUser
from tests.identity.browser import Browser
from tests.identity.clock import Clock
from tests.identity.house import Deployment, House
from tests.identity.newcomers import Newcomer
from tests.identity.process import Process

LEAVING = pytest.mark.parametrize("leave", ["disable", "delete"])
MINUTE = 60
BUSY: Any = {"Error": {"Code": "TooManyRequestsException", "Message": ""}}


async def linked(house: House, person: Newcomer, chat_user: ChatUser) -> Link:
    return await house.link(person.browser, chat_user, person.username)


@LEAVING
async def test_every_session_and_every_link_ends_within_a_minute(
    house: House, person: Newcomer, slack_user: ChatUser, clock: Clock, leave: str
) -> None:
    deployment = house.deployment
    teams_user = ChatUser("teams", slack_user.tenant, slack_user.user)
    links = [await linked(house, person, user) for user in (slack_user, teams_user)]
    async with Browser(deployment.url) as phone:
        await house.web_sign_in(phone, person.username)
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
        after = await house.identity.links.get(link.chat_user)
        assert after
        assert (after.state, after.sealed) == ("expired", b"")


@LEAVING
async def test_no_token_is_handed_out_not_even_one_from_memory(
    process: Process, person: Newcomer, slack_user: ChatUser, clock: Clock, leave: str
) -> None:
    """What a chat turn asks for: without a token it can't be answered."""
    house = person.house
    link = await linked(house, person, slack_user)
    assert await process.broker.access_token(link)
    getattr(person, leave)()
    clock.forward(MINUTE)
    with pytest.raises(LinkExpired):
        await process.broker.access_token(link)
    after = await house.identity.links.get(slack_user)
    assert after
    assert after.state == "expired"
    assert await house.identity.links.active(slack_user) is None
    assert len(process.refreshed) == 1


async def test_whoever_comes_back_signs_in_again_and_has_nothing_of_before(
    house: House, process: Process, person: Newcomer, slack_user: ChatUser, clock: Clock
) -> None:
    before = await linked(house, person, slack_user)
    person.disable()
    clock.forward(MINUTE)
    await person.browser.get("/chat")
    person.enable()
    assert (await person.browser.get("/chat")).text == "hello stranger"
    with pytest.raises(LinkExpired):
        await process.broker.access_token(before)

    await house.web_sign_in(person.browser, person.username)
    assert (await person.browser.get("/chat")).text == f"hello {person.username}"
    again = await linked(house, person, slack_user)
    assert await process.broker.access_token(again)


async def test_a_session_that_rested_while_its_person_was_disabled_has_ended_too(
    house: House, deployment: Deployment, person: Newcomer, other: Newcomer, slack_user: ChatUser
) -> None:
    link = await linked(house, person, slack_user)
    assert person.browser.cookie
    person.disable()
    await house.identity.departures.sweep()
    person.enable()
    assert deployment.session_row(person.browser.cookie) is None
    assert (await person.browser.get("/chat")).text == "hello stranger"
    after = await house.identity.links.get(link.chat_user)
    assert after
    assert after.state == "expired"
    assert (await other.browser.get("/chat")).text == f"hello {other.username}"

    # Signed in again and disabled again: a second departure is seen as well.
    await house.identity.departures.sweep()
    await house.web_sign_in(person.browser, person.username)
    person.disable()
    await house.identity.departures.sweep()
    person.enable()
    assert (await person.browser.get("/chat")).text == "hello stranger"


async def test_disabled_people_are_looked_for_again_and_again(
    house: House, person: Newcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look that fails is followed by the next one."""
    departures, looks, swept = house.identity.departures, [0], asyncio.Event()
    monkeypatch.setattr("identity.directory.deprovisioning.RECHECK", 0.01)
    real = departures.sweep

    async def sweep() -> None:
        looks[0] += 1
        if looks[0] == 1:
            raise ClientError(BUSY, "ListUsers")
        await real()
        swept.set()

    monkeypatch.setattr(departures, "sweep", sweep)
    person.disable()
    async with departures.watching(), asyncio.timeout(10):
        await swept.wait()
    assert await house.identity.session_list.of(person.subject) == []


async def test_a_long_outage_signs_nobody_out(
    house: House, person: Newcomer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await person.me()).status == 200
    pool = house.identity.departures._pool

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
    clock.forward(PAUSE + 1)
    assert (await person.me()).status == 200
