"""The user pool, asked whether it still has somebody: rarely, and believed for a short while."""

import asyncio
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from identity.aws import Clients
from identity.directory import enabled_check as user_pool
from identity.directory.enabled_check import FAILURE_PAUSE, GRACE, RECHECK, UserPool
from identity.errors import SignInUnavailable
from identity.executor import Executor
from tests.identity.application import Deployment
from tests.identity.clock import Clock
from tests.identity.fresh_accounts import FreshAccount
from tests.some import some

LEAVING = pytest.mark.parametrize("leave", ["disable", "delete"])
ASKED = "before-parameter-build.cognito-identity-provider.AdminGetUser"
SENT = "before-call.cognito-identity-provider"
BUSY: Any = {"Error": {"Code": "TooManyRequestsException", "Message": ""}}
BROKEN: Any = {"Error": {"Code": "InternalErrorException", "Message": ""}}
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
    cognito: Cognito, person: FreshAccount, clock: Clock
) -> None:
    answers = await asyncio.gather(*(cognito.pool.is_enabled(person.subject) for _ in range(20)))
    assert all(some(answers))
    assert cognito.asked == 1
    clock.forward(RECHECK - 1)
    assert await cognito.pool.is_enabled(person.subject)
    assert cognito.asked == 1
    clock.forward(2)
    assert await cognito.pool.is_enabled(person.subject)
    assert cognito.asked == 2
    assert 30 <= RECHECK <= 50


@LEAVING
async def test_a_no_is_not_remembered(
    cognito: Cognito, person: FreshAccount, clock: Clock, leave: str
) -> None:
    assert await cognito.pool.is_enabled(person.subject)
    getattr(person, leave)()
    assert await cognito.pool.is_enabled(person.subject)
    clock.forward(RECHECK + 1)
    assert not await cognito.pool.is_enabled(person.subject)
    if leave == "disable":
        person.enable()
        assert await cognito.pool.is_enabled(person.subject)


@pytest.mark.parametrize(
    "error",
    [
        ClientError(BUSY, "AdminGetUser"),
        ClientError(DENIED, "AdminGetUser"),
        ReadTimeoutError(endpoint_url="http://nowhere"),
    ],
)
async def test_an_outage_is_survived_for_five_minutes_and_not_longer(
    cognito: Cognito, person: FreshAccount, clock: Clock, error: Exception
) -> None:
    assert await cognito.pool.is_enabled(person.subject)
    cognito.error = error
    clock.forward(GRACE - 5)
    assert await cognito.pool.is_enabled(person.subject)
    clock.forward(10)
    with pytest.raises(SignInUnavailable):
        await cognito.pool.is_enabled(person.subject)
    cognito.error = None
    clock.forward(FAILURE_PAUSE + 1)
    assert await cognito.pool.is_enabled(person.subject)


async def test_nobody_new_is_believed_during_an_outage(
    cognito: Cognito, person: FreshAccount
) -> None:
    cognito.error = ClientError(BUSY, "AdminGetUser")
    with pytest.raises(SignInUnavailable):
        await cognito.pool.is_enabled(person.subject)


async def test_an_outage_is_not_asked_about_by_everybody(
    cognito: Cognito, person: FreshAccount, other: FreshAccount, clock: Clock
) -> None:
    assert await cognito.pool.is_enabled(person.subject)
    cognito.error = ClientError(BROKEN, "AdminGetUser")
    clock.forward(RECHECK + 1)
    assert await cognito.pool.is_enabled(person.subject)
    asked = cognito.asked
    for _ in range(10):
        assert await cognito.pool.is_enabled(person.subject)
        with pytest.raises(SignInUnavailable):
            await cognito.pool.is_enabled(other.subject)
    assert cognito.asked == asked


async def test_an_outage_ends_for_people_who_never_stopped_asking(
    cognito: Cognito, person: FreshAccount, clock: Clock
) -> None:
    """Being told "failed a moment ago" is no new failure, or nobody would ask again."""
    assert await cognito.pool.is_enabled(person.subject)
    cognito.error = ClientError(BROKEN, "AdminGetUser")
    clock.forward(GRACE + 1)
    with pytest.raises(SignInUnavailable):
        await cognito.pool.is_enabled(person.subject)
    cognito.error = None
    for _ in range(4):
        clock.forward(FAILURE_PAUSE / 4 - 0.1)
        with pytest.raises(SignInUnavailable):
            await cognito.pool.is_enabled(person.subject)
    clock.forward(1)
    assert await cognito.pool.is_enabled(person.subject)


async def test_being_throttled_is_no_outage_for_people_who_come_anew(
    cognito: Cognito, person: FreshAccount, other: FreshAccount, clock: Clock
) -> None:
    """Whoever was there a moment ago gives way; nobody is signed out, and nobody is let in."""
    assert await cognito.pool.is_enabled(person.subject)
    cognito.error = ClientError(BUSY, "AdminGetUser")
    clock.forward(RECHECK + 1)
    with pytest.raises(SignInUnavailable):
        await cognito.pool.is_enabled(other.subject)
    asked = cognito.asked
    for _ in range(10):
        assert await cognito.pool.is_enabled(person.subject)
    assert cognito.asked == asked
    with pytest.raises(SignInUnavailable):
        await cognito.pool.is_enabled("nobody")
    cognito.error = None
    assert await cognito.pool.is_enabled(other.subject)
    assert not await cognito.pool.is_enabled("nobody")


async def test_who_left_is_found_out_once_the_throttling_ends(
    cognito: Cognito, person: FreshAccount, clock: Clock
) -> None:
    assert await cognito.pool.is_enabled(person.subject)
    person.delete()
    cognito.error = ClientError(BUSY, "AdminGetUser")
    clock.forward(RECHECK + 1)
    assert await cognito.pool.is_enabled(person.subject)
    cognito.error = None
    clock.forward(FAILURE_PAUSE + 1)
    assert not await cognito.pool.is_enabled(person.subject)


async def test_a_long_queue_of_our_own_is_no_outage(
    cognito: Cognito, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody comes at nine: who waits for too long asks again, and is known by then."""
    monkeypatch.setattr(user_pool, "ANSWER_TIMEOUT", 0.1)
    monkeypatch.setattr(
        "identity.directory.enabled_check.monotonic", lambda: 0.0
    )  # no call of it takes long
    answer, served = asyncio.Event(), 0

    async def slow(*_: object) -> bool:
        nonlocal served
        served += 1
        if served > user_pool.MAX_CONCURRENT:
            await answer.wait()
        return True

    monkeypatch.setattr(cognito.pool, "_execute", slow)
    everybody = [f"somebody-{number}" for number in range(20)]
    first = await asyncio.gather(*map(cognito.pool.is_enabled, everybody), return_exceptions=True)
    assert first.count(True) == user_pool.MAX_CONCURRENT
    answer.set()
    assert all(some(await asyncio.gather(*map(cognito.pool.is_enabled, everybody))))
    assert served == 20


async def test_a_pool_that_hangs_keeps_nobody_waiting_for_long(
    cognito: Cognito, person: FreshAccount, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await cognito.pool.is_enabled(person.subject)
    clock.forward(RECHECK + 1)
    monkeypatch.setattr(user_pool, "ANSWER_TIMEOUT", 0.05)
    answered = asyncio.Event()

    async def hang(*_: object) -> bool:
        await answered.wait()
        return True

    monkeypatch.setattr(cognito.pool, "_execute", hang)
    async with asyncio.timeout(1):
        assert await cognito.pool.is_enabled(person.subject)
        with pytest.raises(SignInUnavailable, match="failed a moment ago"):
            await cognito.pool.is_enabled("somebody else")
    answered.set()


async def test_somebody_of_another_identity_provider_is_found_by_their_subject(
    cognito: Cognito, person: FreshAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a federated account AdminGetUser knows the user name only."""

    def unknown(**_: object) -> None:
        raise cognito.client.exceptions.UserNotFoundException(
            {"Error": {"Code": "UserNotFoundException", "Message": ""}}, "AdminGetUser"
        )

    monkeypatch.setattr(cognito.client, "admin_get_user", unknown)
    assert await cognito.pool.is_enabled(person.subject)
    person.disable()
    assert not await cognito.pool._look_up(person.subject)
    assert not await cognito.pool.is_enabled("nobody")


async def test_a_user_named_like_a_subject_is_not_that_person(
    cognito: Cognito, person: FreshAccount, other: FreshAccount
) -> None:
    assert await cognito.pool.is_enabled(person.subject)
    assert not await cognito.pool.is_enabled(other.username)


async def test_what_is_remembered_has_a_limit(
    cognito: Cognito,
    person: FreshAccount,
    other: FreshAccount,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(user_pool, "MAX_CONFIRMED", 1)
    assert await cognito.pool.is_enabled(person.subject)
    assert await cognito.pool.is_enabled(other.subject)
    assert list(cognito.pool._confirmed) == [other.subject]
