"""Whoever the user pool disables or deletes is out within a minute, and nobody else is."""

import asyncio
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from identity import user_pool
from identity.aws import Clients
from identity.errors import LinkExpired, SignInUnavailable
from identity.executor import Executor
from identity.links import Link
from identity.people import ChatUser
from identity.user_pool import GRACE, PAUSE, RECHECK, UserPool
from tests.identity.browser import Browser
from tests.identity.clock import Clock
from tests.identity.house import Deployment, House
from tests.identity.me.conftest import Newcomer
from tests.identity.process import Process

LEAVING = pytest.mark.parametrize("leave", ["disable", "delete"])
MINUTE = 60
ASKED = "before-parameter-build.cognito-identity-provider.AdminGetUser"
SENT = "before-call.cognito-identity-provider"


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
    monkeypatch.setattr("identity.departures.RECHECK", 0.01)
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


BUSY: Any = {"Error": {"Code": "TooManyRequestsException", "Message": ""}}
DENIED: Any = {"Error": {"Code": "AccessDeniedException", "Message": ""}}


class Cognito:
    """The pool as one process asks it: its questions are counted, and it can be broken."""

    def __init__(self, deployment: Deployment, execute: Executor) -> None:
        self.client = Clients.of(deployment.aws).cognito
        self.asked = 0
        self.error: Exception | None = None
        self.client.meta.events.register(ASKED, self._count)
        self.client.meta.events.register(SENT, self._break)
        self.pool = UserPool(self.client, deployment.settings.user_pool_id, execute)

    def _count(self, **_: object) -> None:
        self.asked += 1

    def _break(self, **_: object) -> None:
        if self.error:
            raise self.error


@pytest.fixture
def cognito(deployment: Deployment, execute: Executor) -> Cognito:
    return Cognito(deployment, execute)


async def test_a_yes_is_believed_for_less_than_a_minute(
    cognito: Cognito, person: Newcomer, clock: Clock
) -> None:
    answers = await asyncio.gather(*(cognito.pool.has(person.subject) for _ in range(20)))
    assert all(answers)
    assert cognito.asked == 1
    clock.forward(RECHECK - 1)
    assert await cognito.pool.has(person.subject)
    assert cognito.asked == 1
    clock.forward(2)
    assert await cognito.pool.has(person.subject)
    assert cognito.asked == 2
    assert 30 <= RECHECK <= 50


@LEAVING
async def test_a_no_is_not_remembered(
    cognito: Cognito, person: Newcomer, clock: Clock, leave: str
) -> None:
    assert await cognito.pool.has(person.subject)
    getattr(person, leave)()
    assert await cognito.pool.has(person.subject)
    clock.forward(RECHECK + 1)
    assert not await cognito.pool.has(person.subject)
    if leave == "disable":
        person.enable()
        assert await cognito.pool.has(person.subject)


@pytest.mark.parametrize(
    "error",
    [
        ClientError(BUSY, "AdminGetUser"),
        ClientError(DENIED, "AdminGetUser"),
        ReadTimeoutError(endpoint_url="http://nowhere"),
    ],
)
async def test_an_outage_is_survived_for_five_minutes_and_not_longer(
    cognito: Cognito, person: Newcomer, clock: Clock, error: Exception
) -> None:
    assert await cognito.pool.has(person.subject)
    cognito.error = error
    clock.forward(GRACE - 5)
    assert await cognito.pool.has(person.subject)
    clock.forward(10)
    with pytest.raises(SignInUnavailable):
        await cognito.pool.has(person.subject)
    cognito.error = None
    clock.forward(PAUSE + 1)
    assert await cognito.pool.has(person.subject)


async def test_nobody_new_is_believed_during_an_outage(cognito: Cognito, person: Newcomer) -> None:
    cognito.error = ClientError(BUSY, "AdminGetUser")
    with pytest.raises(SignInUnavailable):
        await cognito.pool.has(person.subject)


async def test_an_outage_is_not_asked_about_by_everybody(
    cognito: Cognito, person: Newcomer, other: Newcomer, clock: Clock
) -> None:
    assert await cognito.pool.has(person.subject)
    cognito.error = ClientError(BUSY, "AdminGetUser")
    clock.forward(RECHECK + 1)
    assert await cognito.pool.has(person.subject)
    asked = cognito.asked
    for _ in range(10):
        assert await cognito.pool.has(person.subject)
        with pytest.raises(SignInUnavailable):
            await cognito.pool.has(other.subject)
    assert cognito.asked == asked


async def test_an_outage_ends_for_people_who_never_stopped_asking(
    cognito: Cognito, person: Newcomer, clock: Clock
) -> None:
    """Being told "failed a moment ago" is no new failure, or nobody would ask again."""
    assert await cognito.pool.has(person.subject)
    cognito.error = ClientError(BUSY, "AdminGetUser")
    clock.forward(GRACE + 1)
    with pytest.raises(SignInUnavailable):
        await cognito.pool.has(person.subject)
    cognito.error = None
    for _ in range(4):
        clock.forward(PAUSE / 4 - 0.1)
        with pytest.raises(SignInUnavailable):
            await cognito.pool.has(person.subject)
    clock.forward(1)
    assert await cognito.pool.has(person.subject)


async def test_a_pool_that_hangs_keeps_nobody_waiting_for_long(
    cognito: Cognito, person: Newcomer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await cognito.pool.has(person.subject)
    clock.forward(RECHECK + 1)
    monkeypatch.setattr(user_pool, "PATIENCE", 0.05)
    answered = asyncio.Event()

    async def hang(*_: object) -> bool:
        await answered.wait()
        return True

    monkeypatch.setattr(cognito.pool, "_execute", hang)
    async with asyncio.timeout(1):
        assert await cognito.pool.has(person.subject)
    answered.set()


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


async def test_somebody_of_another_identity_provider_is_found_by_their_subject(
    cognito: Cognito, person: Newcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a federated account AdminGetUser knows the user name only."""

    def unknown(**_: object) -> None:
        raise cognito.client.exceptions.UserNotFoundException(
            {"Error": {"Code": "UserNotFoundException", "Message": ""}}, "AdminGetUser"
        )

    monkeypatch.setattr(cognito.client, "admin_get_user", unknown)
    assert await cognito.pool.has(person.subject)
    person.disable()
    assert not await cognito.pool._ask(person.subject)
    assert not await cognito.pool.has("nobody")


async def test_a_user_named_like_a_subject_is_not_that_person(
    cognito: Cognito, person: Newcomer, other: Newcomer
) -> None:
    assert await cognito.pool.has(person.subject)
    assert not await cognito.pool.has(other.username)


async def test_what_is_remembered_has_a_limit(
    cognito: Cognito,
    person: Newcomer,
    other: Newcomer,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(user_pool, "REMEMBERED", 1)
    assert await cognito.pool.has(person.subject)
    assert await cognito.pool.has(other.subject)
    assert list(cognito.pool._confirmed) == [other.subject]
