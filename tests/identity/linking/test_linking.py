"""From a private link in the chat to a stored link, as its person walks the way."""

import re
import secrets
from html import unescape
from urllib.parse import urlsplit

import pytest

from identity.people import ChatUser, Names
from tests.identity.application import IdentityApplication
from tests.identity.browser import Browser


async def test_a_chat_user_is_linked_after_confirming(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    url = await application.link_url(slack_user, Names("Acme Inc", "Alice A."))

    start = await alice.get(url)
    assert start.status == 200
    assert "Acme Inc" in start.text
    assert "Alice A." in start.text
    assert slack_user.user in start.text

    at_pool = await alice.submit(start, urlsplit(url).path)
    assert at_pool.url.startswith(application.deployment.parameters["discovery_url"][:20])
    assert at_pool.query["code_challenge_method"] == "S256"
    assert {"state", "nonce", "code_challenge"} <= set(at_pool.query)

    confirmation = await alice.sign_in(at_pool, "alice", application.deployment.passwords["alice"])
    for part in ("Slack", "Acme Inc", "Alice A.", slack_user.user, "alice@example.com"):
        assert part in confirmation.text
    assert await application.identity.links.get(slack_user) is None

    done = await alice.submit(confirmation, "/link/confirm", answer="link")
    assert done.status == 200
    assert "go back to Slack" in done.text

    link = await application.identity.links.active(slack_user)
    assert link is not None
    assert link.account == "alice@example.com"
    assert link.names == Names("Acme Inc", "Alice A.")
    assert application.linked[-1] == link
    assert not link.replaces
    token = await application.identity.tokens.access_token(link)
    account = await application.identity.token_verifier.verify_access_token(token)
    assert account.subject == link.subject
    assert account.groups == ("bizassist-users",)


async def test_the_confirmation_says_what_is_consented_to(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    """Who gets the right, to what, of whom and for how long: before anything is stored."""
    url = await application.link_url(slack_user, Names("Acme Inc", "Alice A."))
    page = await application.to_confirmation(alice, url, "alice")
    told = " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())

    right, lifetime = told.partition("From then on, ")[2].split(". That lasts until ")
    assert right == (
        "everything this chat user asks BizAssist is answered with the rights of this company"
        " account"
    )
    ends, _, accounts = lifetime.partition(". ")
    assert ends == (
        "you end it on your page ( /me ), an administrator ends it, or the company's sign-in for"
        " it expires"
    )
    assert accounts.startswith(
        f"Platform Slack Workspace Acme Inc {slack_user.tenant} Chat user Alice A."
        f" {slack_user.user} Company account alice@example.com alice Link these accounts "
    )
    assert set(page.form("/link/confirm").fields) == {"csrf_token", "pending"}
    assert await application.identity.links.get(slack_user) is None


async def test_one_subject_has_several_chat_users_in_their_order(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    teams_user = ChatUser("teams", secrets.token_hex(8), slack_user.user)
    first = await application.link(alice, slack_user, "alice")
    second = await application.link(alice, teams_user, "alice")

    assert first.subject == second.subject
    mine = await application.identity.links.by_subject(first.subject)
    both = [link.chat_user for link in mine if link.chat_user in (slack_user, teams_user)]
    assert both == [slack_user, teams_user]
    assert first.session_id("C1") == second.session_id("C1") != first.session_id("C2")


async def test_linking_again_replaces_and_says_so(
    application: IdentityApplication, alice: Browser, mallory: Browser, slack_user: ChatUser
) -> None:
    await application.link(alice, slack_user, "alice")
    page = await application.to_confirmation(
        mallory, await application.link_url(slack_user), "admin"
    )
    assert "Linking replaces it" in page.text
    done = await mallory.submit(page, "/link/confirm", answer="link")
    assert "replaced an earlier link" in done.text

    after = await application.identity.links.active(slack_user)
    assert after is not None
    assert after.account == "admin@example.com"
    assert application.linked[-1] == after
    assert after.replaces


async def test_cancelling_links_nothing_and_revokes_what_was_granted(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    url = await application.link_url(slack_user)
    page = await application.to_confirmation(alice, url, "alice")
    (granted,) = await application.waiting_tokens(alice, slack_user)
    assert await application.refreshes(granted)

    cancelled = await alice.submit(page, "/link/confirm", answer="cancel")
    assert "no company account was linked" in cancelled.text
    assert await application.identity.links.get(slack_user) is None
    assert not await application.refreshes(granted)
    # The request is the chat user's own; their link still works.
    assert (await alice.get(url)).status == 200


async def test_another_account_can_be_chosen(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    page = await application.to_confirmation(alice, await application.link_url(slack_user), "admin")
    at_pool = await alice.submit(page, "/link/confirm", answer="another")
    assert at_pool.query["prompt"] == "login"
    page = await alice.sign_in(at_pool, "alice", application.deployment.passwords["alice"])
    await alice.submit(page, "/link/confirm", answer="link")
    link = await application.identity.links.active(slack_user)
    assert link is not None
    assert link.account == "alice@example.com"


async def test_reloading_the_confirmation_page_shows_it_again(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    page = await application.to_confirmation(alice, await application.link_url(slack_user), "alice")
    again = await alice.get(page.url)
    assert again.form("/link/confirm") == page.form("/link/confirm")
    await alice.submit(again, "/link/confirm", answer="link")
    assert await application.identity.links.active(slack_user)

    back = await alice.get(page.url)  # who goes back is told what is, not that it failed
    assert "<h1>Linked</h1>" in back.text
    assert "alice@example.com" in back.text


async def test_two_tabs_confirm_what_each_of_them_shows(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    other = ChatUser("slack", "T0OTHER", slack_user.user)
    first = await application.to_confirmation(
        alice, await application.link_url(slack_user), "alice"
    )
    second = await application.to_confirmation(alice, await application.link_url(other), "admin")

    await alice.submit(first, "/link/confirm", answer="link")
    link = await application.identity.links.active(slack_user)
    assert link is not None
    assert link.account == "alice@example.com"
    assert await application.identity.links.get(other) is None

    await alice.submit(second, "/link/confirm", answer="link")
    link = await application.identity.links.active(other)
    assert link is not None
    assert link.account == "admin@example.com"


async def test_a_failing_receipt_does_not_unsay_the_link(
    application: IdentityApplication,
    alice: Browser,
    slack_user: ChatUser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = await application.to_confirmation(alice, await application.link_url(slack_user), "alice")
    monkeypatch.setattr(application, "chat_is_down", True)
    done = await alice.submit(page, "/link/confirm", answer="link")
    assert done.status == 200
    assert await application.identity.links.active(slack_user)


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (Names("<script>alert(1)</script>", "<img src=x onerror=alert(1)>"), "&lt;script&gt;"),
        (
            Names("Acme\u202egro.live", "\u2066Alice\u2069 \u200fA."),
            "<bdi>Acme⟨U+202E⟩gro.live</bdi>",
        ),
        (Names("A" * 10_000, "Alice"), "<bdi>" + "A" * 79 + "…</bdi>"),
        (Names('"><form action=//evil.example>', "{{ 7 * 7 }}"), "{{ 7 * 7 }}"),
    ],
)
async def test_names_from_outside_stay_text(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser, names: Names, shown: str
) -> None:
    url = await application.link_url(slack_user, names)
    start = await alice.get(url)
    confirmation = await application.to_confirmation(alice, url, "alice")
    done = await alice.submit(confirmation, "/link/confirm", answer="link")
    for page in (start, confirmation, done):
        assert page.status == 200
        assert shown in page.text
        assert page.scripts == 0
        evil = [form.action for form in page.forms if "evil" in form.action]
        assert evil == []
        assert not set(page.text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
