"""Links whose time has come, and tokens that somebody tries to use as another."""

import logging
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from identity.errors import LinkExpired
from identity.links import Link
from identity.people import ChatUser
from tests.identity.browser import Browser
from tests.identity.house import Deployment, House
from tests.identity.process import Process
from tests.identity.watch import Watch

REFUSED: Any = {"Error": {"Code": "NotAuthorizedException", "Message": "User is disabled."}}


async def test_a_revoked_refresh_token_expires_the_link(
    house: House, process: Process, link: Link
) -> None:
    refresh_token = await house.identity.vault.open(link.sealed, link.chat_user)
    process.cognito.revoke_token(
        Token=refresh_token, ClientId=house.deployment.settings.web_client_id
    )
    with pytest.raises(LinkExpired):
        await process.broker.access_token(link)
    after = await house.identity.links.get(link.chat_user)
    assert after is not None
    assert (after.state, after.sealed) == ("expired", b"")
    assert await house.identity.links.active(link.chat_user) is None
    with pytest.raises(LinkExpired):
        await process.broker.access_token(link)
    assert len(process.refreshed) == 1


async def test_signing_in_again_revives_an_expired_link(
    house: House, process: Process, alice: Browser, link: Link
) -> None:
    await house.identity.links.expire(link)
    revived = await house.link(alice, link.chat_user, "alice")
    assert revived.state == "active"
    assert await process.broker.access_token(revived)


async def test_linking_again_before_a_refresh_costs_nothing(
    house: House, process: Process, alice: Browser, link: Link
) -> None:
    """The turn read its link before the person signed in again, which ended that link's token."""
    await house.link(alice, link.chat_user, "alice")
    assert await process.broker.access_token(link)


async def test_linking_again_during_a_refresh_costs_nothing(
    house: House, process: Process, alice: Browser, link: Link
) -> None:
    """The person signs in again while the old token is already on its way to the pool."""
    fresh = await house.link(alice, ChatUser("slack", "T2", link.chat_user.user), "alice")
    token = await house.identity.vault.open(fresh.sealed, fresh.chat_user)
    sealed = await house.identity.vault.seal(token, link.chat_user)
    event = "before-call.cognito-identity-provider.GetTokensFromRefreshToken"

    def sign_in_again(**_: object) -> None:
        process.cognito.meta.events.unregister(event, sign_in_again)
        house.deployment.aws.client("dynamodb").update_item(
            TableName=house.deployment.settings.links_table,
            Key={"chat_user": {"S": link.chat_user.key}},
            UpdateExpression="SET sealed = :new REMOVE leased_until",
            ExpressionAttributeValues={":new": {"B": sealed}},
        )
        raise ClientError(REFUSED, "GetTokensFromRefreshToken")

    process.cognito.meta.events.register(event, sign_in_again)
    assert await process.broker.access_token(link)
    assert process.refreshed[1:] == [token]
    assert await house.identity.links.active(link.chat_user)


async def test_a_link_of_another_subject_gives_no_token(
    house: House, process: Process, mallory: Browser, link: Link
) -> None:
    await house.link(mallory, link.chat_user, "admin")
    with pytest.raises(LinkExpired):
        await process.broker.access_token(link)


async def test_a_token_moved_to_another_row_cannot_be_opened(
    house: House, process: Process, mallory: Browser, link: Link
) -> None:
    """Somebody who can write the table copies Alice's sealed token into a row of their own."""
    thief = await house.link(mallory, ChatUser("slack", "T9", link.chat_user.user), "admin")
    stolen = replace(thief, sealed=link.sealed)
    await house.identity.links.put(stolen)
    with pytest.raises(LinkExpired):
        await process.broker.access_token(stolen)
    assert process.refreshed == []
    with pytest.raises(LinkExpired, match="InvalidCiphertext"):
        await house.identity.vault.open(link.sealed, thief.chat_user)


async def test_a_subject_changed_in_the_table_gets_no_token(
    house: House, process: Process, link: Link
) -> None:
    forged = replace(link, subject="somebody-else")
    await house.identity.links.put(forged)
    with pytest.raises(LinkExpired):
        await process.broker.access_token(forged)
    after = await house.identity.links.get(link.chat_user)
    assert after is not None
    assert after.state == "expired"


async def test_a_link_moved_to_a_colleague_gets_no_token_of_either(
    house: House, process: Process, mallory: Browser, link: Link
) -> None:
    """Somebody who can write the table gives Alice's link another subject that there is."""
    other = await house.link(mallory, ChatUser("slack", "T9", link.chat_user.user), "admin")
    forged = replace(link, subject=other.subject)
    await house.identity.links.put(forged)
    with pytest.raises(LinkExpired):
        await process.broker.access_token(forged)
    after = await house.identity.links.get(link.chat_user)
    assert after is not None
    assert after.state == "expired"


async def test_a_disabled_person_gets_no_token(
    house: House, deployment: Deployment, process: Process, link: Link
) -> None:
    def disabled(**_: object) -> None:
        raise ClientError(REFUSED, "GetTokensFromRefreshToken")

    process.cognito.meta.events.register(
        "before-call.cognito-identity-provider.GetTokensFromRefreshToken", disabled
    )
    with pytest.raises(LinkExpired):
        await process.broker.access_token(link)


async def test_revoking_a_link_revokes_its_refresh_token_at_the_pool(
    house: House, process: Process, link: Link
) -> None:
    await process.broker.access_token(link)
    refresh_token = await house.identity.vault.open(link.sealed, link.chat_user)
    assert await process.broker.revoke(link)
    after = await house.identity.links.get(link.chat_user)
    assert after is not None
    assert (after.state, after.sealed) == ("revoked", b"")
    assert not await house.refreshes(refresh_token)
    with pytest.raises(LinkExpired):
        await process.broker.access_token(link)
    assert not await process.broker.revoke(link)


async def test_a_replaced_links_refresh_token_is_revoked(
    house: House, alice: Browser, link: Link
) -> None:
    old = await house.identity.vault.open(link.sealed, link.chat_user)
    await house.link(alice, link.chat_user, "alice")
    assert not await house.refreshes(old)


async def test_no_token_is_stored_readable_or_logged(
    house: House, deployment: Deployment, process: Process, link: Link, watch: Watch
) -> None:
    refresh_token = await house.identity.vault.open(link.sealed, link.chat_user)
    access_token = await process.broker.access_token(link)
    watch.secrets |= {refresh_token, access_token}
    for table in ("links_table", "sessions_table", "link_requests_table"):
        rows = deployment.aws.client("dynamodb").scan(TableName=deployment.parameters[table])
        assert refresh_token not in str(rows)
        assert access_token not in str(rows)
    for shown in (
        repr(link),
        repr(process.broker.__dict__),
        str(await house.identity.oidc.document()),
    ):
        assert access_token not in shown
        assert refresh_token not in shown
    logging.getLogger("identity").warning("the watch sees what is logged")
    assert any("the watch sees" in line for line in watch.lines)
