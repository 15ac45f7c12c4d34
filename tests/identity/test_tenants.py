"""The same user id in another workspace, or on another platform, is somebody else."""

import pytest

from identity.links import Link
from identity.people import ChatUser
from tests.identity.application import IdentityApplication
from tests.identity.browser import Browser


@pytest.mark.parametrize(
    ("platform", "tenant"), [("slack", "T0OTHER"), ("teams", "T0ACME"), ("slack", "T0ACME2")]
)
async def test_a_link_counts_in_its_own_workspace_only(
    application: IdentityApplication, link: Link, platform: str, tenant: str
) -> None:
    namesake = ChatUser(platform, tenant, link.chat_user.user)  # type: ignore[arg-type]
    assert await application.identity.links.active(link.chat_user)
    assert await application.identity.links.get(namesake) is None


async def test_revoking_in_one_workspace_leaves_the_other_alone(
    application: IdentityApplication, alice: Browser, link: Link
) -> None:
    namesake = ChatUser("slack", "T0OTHER", link.chat_user.user)
    other = await application.link(alice, namesake, "alice")
    assert await application.identity.tokens.revoke(other)
    assert await application.identity.links.active(link.chat_user)
    assert await application.identity.tokens.access_token(link)


async def test_fields_that_the_confirmation_does_not_have_change_nothing(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    """Only what the session and the request say is stored, whatever else the form carries."""
    page = await application.to_confirmation(alice, await application.link_url(slack_user), "alice")
    forged = {
        "subject": "somebody-else",
        "account": "admin@example.com",
        "chat_user": "slack#T0ACME#U0VICTIM",
        "groups": "bizassist-admins",
        "state": "active",
    }
    fields = {**page.form("/link/confirm").fields, "answer": "link", **forged}
    await alice.post("/link/confirm", fields)
    stored = await application.identity.links.active(slack_user)
    assert stored is not None
    assert stored.account == "alice@example.com"
    assert stored.subject != "somebody-else"
    assert await application.identity.links.get(ChatUser.from_key(forged["chat_user"])) is None
