"""The chat accounts that are linked to me: seen, and unlinked by me alone."""

import secrets
from urllib.parse import quote

import pytest

from identity.links import Link
from identity.people import ChatUser, Names
from identity.workspaces.pauses import REMOVED_THERE
from tests.identity.application import IdentityApplication
from tests.identity.fresh_accounts import FreshAccount
from tests.some import some


def confirm_unlink(chat_user: ChatUser) -> str:
    return f"/me/unlink?chat_user={quote(chat_user.key, safe='')}"


async def link(
    application: IdentityApplication, person: FreshAccount, chat_user: ChatUser, names: Names
) -> None:
    url = await application.link_url(chat_user, names)
    page = await application.to_confirmation(person.browser, url, person.username)
    await person.browser.submit(page, "/link/confirm", answer="link")


async def test_nothing_linked_says_what_to_do(person: FreshAccount) -> None:
    page = await person.me()
    assert "No chat account is linked to you yet" in page.text
    assert "/bizassist" in page.text


async def test_each_linked_chat_account_is_named(
    application: IdentityApplication, person: FreshAccount, slack_user: ChatUser
) -> None:
    teams_user = ChatUser("teams", secrets.token_hex(8), secrets.token_hex(8))
    await link(application, person, slack_user, Names("Acme Inc", "Alice A."))
    await link(application, person, teams_user, Names("Acme Tenant", "Alice at Teams"))
    page = await person.me()
    for part in (
        *("Slack", "Acme Inc", "Alice A.", slack_user.user, slack_user.tenant),
        *("Microsoft Teams", "Acme Tenant", "Alice at Teams", teams_user.user),
        *("Linked <time", "last seen <time"),
    ):
        assert part in page.text


async def test_a_workspace_that_has_ended_is_told_and_its_link_erased(
    application: IdentityApplication, person: FreshAccount, slack_user: ChatUser
) -> None:
    await link(application, person, slack_user, Names("Acme Inc", "Alice A."))
    assert REMOVED_THERE not in (await person.me()).text
    application.notices[slack_user.key] = REMOVED_THERE
    assert REMOVED_THERE in (await person.me()).text

    await application.identity.links.erase(slack_user)
    erased = await application.identity.links.get(slack_user)
    assert erased is not None
    assert (erased.state, erased.account, erased.names) == ("revoked", "", Names("", ""))
    assert (erased.encrypted_token, erased.last_seen) == (b"", None)
    assert "No chat account is linked to you yet" in (await person.me()).text


async def test_unlinking_ends_the_link_here_and_at_the_pool(
    application: IdentityApplication, person: FreshAccount, slack_user: ChatUser
) -> None:
    await link(application, person, slack_user, Names("Acme Inc", "Alice A."))
    before = await application.identity.links.active(slack_user)
    assert before
    refresh_token = await application.identity.token_encryption.decrypt(
        before.encrypted_token, slack_user
    )

    asked = await person.browser.submit_get(await person.me(), "/me/unlink")
    assert "Unlink this chat account?" in asked.text
    for part in ("Acme Inc", "Alice A.", slack_user.user, person.username):
        assert part in asked.text
    assert await application.identity.links.active(slack_user) == before

    done = await person.browser.submit(asked, "/me/unlink")
    assert "Slack is unlinked." in done.text
    assert "No chat account is linked to you yet" in done.text
    assert "Slack is unlinked." not in (await person.me()).text

    after = await application.identity.links.get(slack_user)
    assert after
    assert (after.state, after.encrypted_token) == ("revoked", b"")
    assert not await application.refreshes(refresh_token)
    # A second click finds nothing more to end, and says the same.
    assert (await person.browser.submit(asked, "/me/unlink")).text == done.text


@pytest.mark.parametrize(("refreshes", "status"), [(2, 303), (3, 409)])
async def test_a_link_that_is_being_refreshed_is_unlinked_nevertheless(
    person: FreshAccount,
    slack_user: ChatUser,
    monkeypatch: pytest.MonkeyPatch,
    refreshes: int,
    status: int,
) -> None:
    links = person.application.identity.links
    await link(person.application, person, slack_user, Names("Acme Inc", "Alice A."))
    revoke, left = links.revoke, [refreshes]

    async def refreshed_before(stale: Link) -> bool:
        if left[0]:
            left[0] -= 1
            return False
        return await revoke(stale)

    monkeypatch.setattr(links, "revoke", refreshed_before)
    asked = await person.browser.get(confirm_unlink(slack_user))
    answer = await person.browser.submit(asked, "/me/unlink", follow=False)
    assert answer.status == status
    assert (await links.active(slack_user) is None) == (status == 303)


async def test_nobody_sees_or_ends_another_persons_link(
    application: IdentityApplication,
    person: FreshAccount,
    other: FreshAccount,
    slack_user: ChatUser,
) -> None:
    await link(application, other, slack_user, Names("Acme Inc", "Somebody Else"))
    assert "Somebody Else" not in (await person.me()).text
    assert (await person.browser.get(confirm_unlink(slack_user))).status == 404

    form = (await person.me()).form("/auth/logout").fields
    fields = {"csrf_token": form["csrf_token"], "chat_user": slack_user.key}
    refused = await person.browser.post("/me/unlink", fields)
    assert refused.status == 404
    assert "Somebody Else" not in refused.text
    assert await application.identity.links.active(slack_user)


async def test_a_link_that_moved_to_somebody_else_is_theirs(
    application: IdentityApplication,
    person: FreshAccount,
    other: FreshAccount,
    slack_user: ChatUser,
) -> None:
    """The page was open while the chat user was linked to another account."""
    await link(application, person, slack_user, Names("Acme Inc", "Alice A."))
    asked = await person.browser.get(confirm_unlink(slack_user))
    await link(application, other, slack_user, Names("Acme Inc", "Alice A."))
    assert (await person.browser.submit(asked, "/me/unlink")).status == 404
    now = await application.identity.links.active(slack_user)
    assert now
    assert now.subject == other.subject


@pytest.mark.parametrize("key", ["", "slack", "slack##", "irc#T#U", "slack#T#U#X", "<script>"])
async def test_what_is_no_chat_user_is_not_there(person: FreshAccount, key: str) -> None:
    assert (await person.browser.get(f"/me/unlink?chat_user={quote(key)}")).status == 404


async def test_the_web_chat_is_a_session_and_no_link_to_end(
    application: IdentityApplication, person: FreshAccount
) -> None:
    own = ChatUser("web", application.deployment.settings.user_pool_id, person.subject)
    assert await application.identity.links.active(own)
    assert (await person.browser.get(confirm_unlink(own))).status == 404


async def test_an_expired_sign_in_says_how_to_revive_it(
    application: IdentityApplication, person: FreshAccount, slack_user: ChatUser
) -> None:
    await link(application, person, slack_user, Names("Acme Inc", "Alice A."))
    active = await application.identity.links.active(slack_user)
    assert active
    await application.identity.links.expire(active)
    page = await person.me()
    assert "The sign-in has expired" in page.text
    assert not [form for form in some(page.forms) if form.action == "/me/unlink"]


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (Names("<script>alert(1)</script>", "<img src=x onerror=alert(1)>"), "&lt;script&gt;"),
        (Names("Acme\u202egro.live", "\u2066Alice\u2069"), "<bdi>Acme⟨U+202E⟩gro.live</bdi>"),
        (Names('"><form action=//evil.example>', "{{ 7 * 7 }}"), "{{ 7 * 7 }}"),
    ],
)
async def test_names_from_outside_stay_text(
    application: IdentityApplication,
    person: FreshAccount,
    slack_user: ChatUser,
    names: Names,
    shown: str,
) -> None:
    await link(application, person, slack_user, names)
    for page in (await person.me(), await person.browser.get(confirm_unlink(slack_user))):
        assert page.status == 200
        assert shown in page.text
        assert page.scripts == 0
        assert [form.action for form in some(page.forms) if "evil" in form.action] == []
        assert not set(page.text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
