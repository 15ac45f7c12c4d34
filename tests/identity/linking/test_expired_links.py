"""Links whose time has come, and tokens that somebody tries to use as another."""

import logging
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from identity.errors import LinkExpired
from identity.links import Link
from identity.people import ChatUser
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.browser import Browser
from tests.identity.log_check import LogCheck
from tests.identity.process import Process

REFUSED: Any = {"Error": {"Code": "NotAuthorizedException", "Message": "User is disabled."}}


async def test_a_revoked_refresh_token_expires_the_link(
    application: IdentityApplication, process: Process, link: Link
) -> None:
    refresh_token = await application.identity.token_encryption.decrypt(
        link.encrypted_token, link.chat_user
    )
    process.cognito.revoke_token(
        Token=refresh_token, ClientId=application.deployment.settings.web_client_id
    )
    with pytest.raises(LinkExpired):
        await process.broker.access_token(link)
    after = await application.identity.links.get(link.chat_user)
    assert after is not None
    assert (after.state, after.encrypted_token) == ("expired", b"")
    assert await application.identity.links.active(link.chat_user) is None
    with pytest.raises(LinkExpired):
        await process.broker.access_token(link)
    assert len(process.refreshed) == 1


async def test_signing_in_again_revives_an_expired_link(
    application: IdentityApplication, process: Process, alice: Browser, link: Link
) -> None:
    await application.identity.links.expire(link)
    revived = await application.link(alice, link.chat_user, "alice")
    assert revived.state == "active"
    assert await process.broker.access_token(revived)


async def test_linking_again_before_a_refresh_costs_nothing(
    application: IdentityApplication, process: Process, alice: Browser, link: Link
) -> None:
    """The turn read its link before the person signed in again, which ended that link's token."""
    await application.link(alice, link.chat_user, "alice")
    assert await process.broker.access_token(link)


async def test_linking_again_during_a_refresh_costs_nothing(
    application: IdentityApplication, process: Process, alice: Browser, link: Link
) -> None:
    """The person signs in again while the old token is already on its way to the pool."""
    fresh = await application.link(alice, ChatUser("slack", "T2", link.chat_user.user), "alice")
    token = await application.identity.token_encryption.decrypt(
        fresh.encrypted_token, fresh.chat_user
    )
    encrypted_token = await application.identity.token_encryption.encrypt(token, link.chat_user)
    event = "before-call.cognito-identity-provider.GetTokensFromRefreshToken"

    def sign_in_again(**_: object) -> None:
        process.cognito.meta.events.unregister(event, sign_in_again)
        application.deployment.aws.client("dynamodb").update_item(
            TableName=application.deployment.settings.links_table,
            Key={"chat_user": {"S": link.chat_user.key}},
            UpdateExpression="SET sealed = :new REMOVE leased_until",
            ExpressionAttributeValues={":new": {"B": encrypted_token}},
        )
        raise ClientError(REFUSED, "GetTokensFromRefreshToken")

    process.cognito.meta.events.register(event, sign_in_again)
    assert await process.broker.access_token(link)
    assert process.refreshed[1:] == [token]
    assert await application.identity.links.active(link.chat_user)


async def test_a_link_of_another_subject_gives_no_token(
    application: IdentityApplication, process: Process, mallory: Browser, link: Link
) -> None:
    await application.link(mallory, link.chat_user, "admin")
    with pytest.raises(LinkExpired):
        await process.broker.access_token(link)


async def test_a_token_moved_to_another_row_cannot_be_opened(
    application: IdentityApplication, process: Process, mallory: Browser, link: Link
) -> None:
    """Somebody who can write the table copies Alice's encrypted token into a row of their own."""
    thief = await application.link(mallory, ChatUser("slack", "T9", link.chat_user.user), "admin")
    stolen = replace(thief, encrypted_token=link.encrypted_token)
    await application.identity.links.put(stolen)
    with pytest.raises(LinkExpired):
        await process.broker.access_token(stolen)
    assert process.refreshed == []
    with pytest.raises(LinkExpired, match="InvalidCiphertext"):
        await application.identity.token_encryption.decrypt(link.encrypted_token, thief.chat_user)


async def test_a_subject_changed_in_the_table_gets_no_token(
    application: IdentityApplication, process: Process, link: Link
) -> None:
    forged = replace(link, subject="somebody-else")
    await application.identity.links.put(forged)
    with pytest.raises(LinkExpired):
        await process.broker.access_token(forged)
    after = await application.identity.links.get(link.chat_user)
    assert after is not None
    assert after.state == "expired"


async def test_a_link_moved_to_a_colleague_gets_no_token_of_either(
    application: IdentityApplication, process: Process, mallory: Browser, link: Link
) -> None:
    """Somebody who can write the table gives Alice's link another subject that there is."""
    other = await application.link(mallory, ChatUser("slack", "T9", link.chat_user.user), "admin")
    forged = replace(link, subject=other.subject)
    await application.identity.links.put(forged)
    with pytest.raises(LinkExpired):
        await process.broker.access_token(forged)
    after = await application.identity.links.get(link.chat_user)
    assert after is not None
    assert after.state == "expired"


async def test_a_disabled_person_gets_no_token(
    application: IdentityApplication, deployment: Deployment, process: Process, link: Link
) -> None:
    def disabled(**_: object) -> None:
        raise ClientError(REFUSED, "GetTokensFromRefreshToken")

    process.cognito.meta.events.register(
        "before-call.cognito-identity-provider.GetTokensFromRefreshToken", disabled
    )
    with pytest.raises(LinkExpired):
        await process.broker.access_token(link)


async def test_revoking_a_link_revokes_its_refresh_token_at_the_pool(
    application: IdentityApplication, process: Process, link: Link
) -> None:
    await process.broker.access_token(link)
    refresh_token = await application.identity.token_encryption.decrypt(
        link.encrypted_token, link.chat_user
    )
    assert await process.broker.revoke(link)
    after = await application.identity.links.get(link.chat_user)
    assert after is not None
    assert (after.state, after.encrypted_token) == ("revoked", b"")
    assert not await application.refreshes(refresh_token)
    with pytest.raises(LinkExpired):
        await process.broker.access_token(link)
    assert not await process.broker.revoke(link)


async def test_a_replaced_links_refresh_token_is_revoked(
    application: IdentityApplication, alice: Browser, link: Link
) -> None:
    old = await application.identity.token_encryption.decrypt(link.encrypted_token, link.chat_user)
    await application.link(alice, link.chat_user, "alice")
    assert not await application.refreshes(old)


async def test_no_token_is_stored_readable_or_logged(
    application: IdentityApplication,
    deployment: Deployment,
    process: Process,
    link: Link,
    log_check: LogCheck,
) -> None:
    refresh_token = await application.identity.token_encryption.decrypt(
        link.encrypted_token, link.chat_user
    )
    access_token = await process.broker.access_token(link)
    log_check.secrets |= {refresh_token, access_token}
    for table in ("links_table", "sessions_table", "link_requests_table"):
        rows = deployment.aws.client("dynamodb").scan(TableName=deployment.parameters[table])
        assert refresh_token not in str(rows)
        assert access_token not in str(rows)
    for shown in (
        repr(link),
        repr(process.broker.__dict__),
        str(await application.identity.oidc.document()),
    ):
        assert access_token not in shown
        assert refresh_token not in shown
    logging.getLogger("identity").warning("the check of the log sees this")
    assert any("the check of the log sees" in line for line in log_check.lines)
