"""A write whose answer is lost has happened once, and whoever made it knows that it was theirs."""

from identity.links import Link
from identity.people import ChatUser
from tests.identity.application import IdentityApplication
from tests.identity.browser import Browser
from tests.identity.lost_answers import lost_answers


async def test_a_link_that_was_stored_keeps_its_refresh_token(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    page = await application.to_confirmation(alice, await application.link_url(slack_user), "alice")
    before = len(application.linked)
    with lost_answers(application.identity.links._dynamodb, "PutItem") as lost:
        assert (await alice.submit(page, "/link/confirm", answer="link")).status == 200
    assert lost
    assert len(application.linked) == before + 1
    link = await application.identity.links.active(slack_user)
    assert link
    assert await application.identity.tokens.access_token(link)


async def test_who_signs_in_to_the_web_chat_keeps_their_refresh_token(
    application: IdentityApplication, alice: Browser
) -> None:
    """The second attempt has replaced the first one, which is no link of somebody else."""
    with lost_answers(application.identity.links._dynamodb, "PutItem") as lost:
        await application.web_sign_in(alice, "alice")
    assert lost
    subject = (await application.stored_session(alice))["person"]["subject"]
    pool = application.deployment.settings.user_pool_id
    link = await application.identity.links.active(ChatUser("web", pool, subject))
    assert link
    assert await application.identity.tokens.access_token(link)


async def test_a_link_that_was_ended_has_no_refresh_token_left(
    application: IdentityApplication, link: Link
) -> None:
    token = await application.identity.token_encryption.decrypt(
        link.encrypted_token, link.chat_user
    )
    with lost_answers(application.identity.links._dynamodb, "UpdateItem") as lost:
        assert await application.identity.tokens.revoke(link)
    assert lost
    assert not await application.refreshes(token)


async def test_a_token_is_renewed_without_waiting_for_the_own_lease(
    application: IdentityApplication, link: Link
) -> None:
    with lost_answers(application.identity.links._dynamodb, "UpdateItem") as lost:
        assert await application.identity.tokens.access_token(link)
    assert lost


async def test_an_audit_entry_is_written_once(application: IdentityApplication) -> None:
    audit = application.identity.audit
    with lost_answers(audit._dynamodb, "PutItem") as lost:
        await audit.write("refused", by="somebody", about="a lost answer")
    assert lost
    found = [one for one in await audit.page() if one.about == "a lost answer"]
    assert len(found) == 1
