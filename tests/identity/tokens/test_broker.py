"""Access tokens: from memory, by one refresh at a time, and plainly refused when that fails."""

import asyncio
import statistics
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from identity.aws import Clients
from identity.errors import SignInUnavailable
from identity.executor import Executor
from identity.links import Link
from identity.people import ChatUser
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.clock import Clock
from tests.identity.fresh_accounts import FreshAccount
from tests.identity.process import Process, running_process

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


NOWHERE = "http://127.0.0.1:9"


async def test_many_turns_at_once_cost_one_refresh(process: Process, link: Link) -> None:
    tokens = await asyncio.gather(*(process.broker.access_token(link) for _ in range(50)))
    assert len(set(tokens)) == 1
    assert len(process.refreshed) == 1


async def test_one_caller_giving_up_does_not_fail_the_others(process: Process, link: Link) -> None:
    first = asyncio.create_task(process.broker.access_token(link))
    second = asyncio.create_task(process.broker.access_token(link))
    await asyncio.sleep(0)
    first.cancel()
    assert await second
    assert len(process.refreshed) == 1


async def test_a_cached_token_costs_less_than_a_millisecond(process: Process, link: Link) -> None:
    await process.broker.access_token(link)
    spent = []
    for _ in range(1_000):
        begun = time.perf_counter()
        await process.broker.access_token(link)
        spent.append(time.perf_counter() - begun)
    assert statistics.median(spent) < 0.001
    assert len(process.refreshed) == 1


async def test_a_token_is_refreshed_a_minute_before_its_end(
    process: Process, link: Link, clock: Clock
) -> None:
    await process.broker.access_token(link)
    clock.forward(3_600 - 65)
    await process.broker.access_token(link)
    assert len(process.refreshed) == 1
    clock.forward(10)
    await process.broker.access_token(link)
    assert len(process.refreshed) == 2


async def test_two_processes_refresh_one_after_the_other(
    application: IdentityApplication, process: Process, other_process: Process, link: Link
) -> None:
    """While one process holds the lease the other waits; both end with a token of Alice's."""
    links = application.identity.links
    assert await links.lease(link, 30)
    waiting = asyncio.create_task(other_process.broker.access_token(link))
    await asyncio.sleep(0.5)
    assert not waiting.done()
    assert other_process.refreshed == []
    await links.release(link)
    assert await waiting
    assert await process.broker.access_token(link)


async def test_a_lease_of_a_process_that_died_ends(
    application: IdentityApplication, process: Process, link: Link
) -> None:
    assert await application.identity.links.lease(link, -1)
    assert await process.broker.access_token(link)


async def test_a_rotated_refresh_token_is_kept(
    application: IdentityApplication, deployment: Deployment, execute: Executor, link: Link
) -> None:
    """The local pool doesn't rotate, so its answer gets the token that a rotating one adds."""
    cognito = Clients.of(deployment.aws).cognito

    def rotate(parsed: dict[str, Any], **_: object) -> None:
        parsed["AuthenticationResult"]["RefreshToken"] = "rotated-refresh-token"

    cognito.meta.events.register(
        "after-call.cognito-identity-provider.GetTokensFromRefreshToken", rotate
    )
    async with running_process(deployment, execute, cognito) as process:
        await process.broker.access_token(link)
    after = await application.identity.links.active(link.chat_user)
    assert after is not None
    assert after.encrypted_token != link.encrypted_token
    assert (
        await application.identity.token_encryption.decrypt(after.encrypted_token, link.chat_user)
        == "rotated-refresh-token"
    )
    assert b"rotated" not in after.encrypted_token


@pytest.mark.parametrize("code", ["TooManyRequestsException", "InternalErrorException"])
async def test_a_busy_pool_is_no_refusal(
    application: IdentityApplication, process: Process, link: Link, code: str
) -> None:
    answer = {"Error": {"Code": code, "Message": ""}}

    def busy(**_: object) -> None:
        raise ClientError(answer, "GetTokensFromRefreshToken")  # type: ignore[arg-type]

    event = "before-call.cognito-identity-provider.GetTokensFromRefreshToken"
    process.cognito.meta.events.register(event, busy)
    with pytest.raises(SignInUnavailable):
        await process.broker.access_token(link)
    process.cognito.meta.events.unregister(event, busy)
    # The link is as good as before, and its lease was given back.
    assert await process.broker.access_token(link)


async def test_an_unreachable_pool_is_retried_and_then_said_plainly(
    application: IdentityApplication, deployment: Deployment, execute: Executor, link: Link
) -> None:
    attempts: list[object] = []
    cognito: CognitoIdentityProviderClient = deployment.aws.client(
        "cognito-idp",
        endpoint_url=NOWHERE,
        config=Config(connect_timeout=0.2, retries={"mode": "standard", "total_max_attempts": 3}),
    )
    cognito.meta.events.register("before-send", lambda **_: attempts.append(1))
    async with running_process(deployment, execute, cognito) as process:
        with pytest.raises(SignInUnavailable) as unavailable:
            await process.broker.access_token(link)
    assert len(attempts) == 3
    assert "Please try again" in unavailable.value.sentence
    assert await application.identity.links.active(link.chat_user)


async def test_a_wrong_setting_of_ours_ends_nobodys_link(
    application: IdentityApplication, deployment: Deployment, execute: Executor, link: Link
) -> None:
    """A deployment that was told another issuer must not sign the whole company out."""
    mistaken = replace(deployment.settings, issuer="https://issuer.example/mistaken")
    async with running_process(deployment, execute, settings=mistaken) as process:
        with pytest.raises(SignInUnavailable):
            await process.broker.access_token(link)
    assert await application.identity.links.active(link.chat_user) == link


async def test_a_table_that_does_not_answer_is_said_plainly(
    deployment: Deployment, execute: Executor, link: Link
) -> None:
    mistaken = replace(deployment.settings, links_table="missing")
    async with running_process(deployment, execute, settings=mistaken) as process:
        with pytest.raises(SignInUnavailable):
            await process.broker.access_token(link)


async def test_a_link_was_last_seen_at_its_latest_question(
    application: IdentityApplication, process: Process, link: Link
) -> None:
    """An access token lives for an hour; a question is noted also when there is one in memory."""
    await process.broker.access_token(link)
    yesterday = replace(link, last_seen=datetime.now(UTC) - timedelta(days=1))
    await application.identity.links.put(yesterday)
    began = datetime.now(UTC) - timedelta(milliseconds=1)

    await process.broker.access_token(yesterday)

    noted = await application.identity.links.active(link.chat_user)
    assert noted is not None
    assert noted == replace(yesterday, last_seen=noted.last_seen)
    assert noted.last_seen is not None
    assert began <= noted.last_seen <= datetime.now(UTC)
    assert len(process.refreshed) == 1
    # The next question of the same minute costs no write.
    await process.broker.access_token(noted)
    assert await application.identity.links.active(link.chat_user) == noted


async def test_a_question_is_answered_though_nobody_can_note_that_it_was_asked(
    process: Process, link: Link, monkeypatch: pytest.MonkeyPatch
) -> None:
    await process.broker.access_token(link)

    async def down(*_: object, **__: object) -> bool:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "UpdateItem")

    monkeypatch.setattr(process.broker._links, "_update", down)
    long_ago = replace(link, last_seen=link.linked_at - timedelta(days=1))
    assert await process.broker.access_token(long_ago)


async def test_a_link_that_was_ended_is_not_brought_back_by_having_been_seen(
    application: IdentityApplication, process: Process, link: Link
) -> None:
    await process.broker.access_token(link)
    stale = replace(link, last_seen=None)
    await application.identity.links.revoke(link)

    await application.identity.links.note_seen(stale)

    after = await application.identity.links.get(link.chat_user)
    assert after is not None
    assert after.state == "revoked"
    assert await application.identity.links.active(link.chat_user) is None


async def test_a_renewed_token_brings_the_groups_of_that_moment(
    application: IdentityApplication, person: FreshAccount, slack_user: ChatUser, clock: Clock
) -> None:
    """So what somebody may ask in a chat follows their groups within a token's hour."""
    identity = application.identity
    link = await application.link(person.browser, slack_user, person.username)

    async def groups() -> tuple[str, ...]:
        token = await identity.tokens.access_token(link)
        return (await identity.token_verifier.verify_access_token(token)).groups

    assert await groups() == ("bizassist-users",)
    person.leave("bizassist-users")
    assert await groups() == ("bizassist-users",)
    clock.forward(60 * 60)
    assert await groups() == ()
