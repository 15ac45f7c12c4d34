"""The receipt's undo link: ends exactly the link that the receipt told of, for whoever has it."""

import re
from dataclasses import replace

import pytest

from identity.linking import link_receipt
from identity.links import Link
from identity.people import ChatUser, Names
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.browser import Browser
from tests.identity.clock import Clock

UNDO = re.compile(r"(?P<said>.*) Not you\? Undo: (?P<url>https?://\S+)")


async def undo_url(application: IdentityApplication, link: Link) -> str:
    found = UNDO.fullmatch(await application.identity.receipts.write(link))
    assert found
    return found["url"]


async def test_the_receipt_names_the_account_and_nothing_of_a_replaced_one(
    application: IdentityApplication, alice: Browser, mallory: Browser, slack_user: ChatUser
) -> None:
    before = await application.link(mallory, slack_user, "admin")
    after = await application.link(alice, slack_user, "alice")
    first = UNDO.fullmatch(await application.identity.receipts.write(before))
    second = UNDO.fullmatch(await application.identity.receipts.write(after))
    assert first
    assert second
    assert first["said"] == "Linked as admin@example.com."
    assert second["said"] == "Linked as alice@example.com. This replaced an earlier link."
    assert first["url"] != second["url"]


@pytest.mark.parametrize(
    ("account", "said"),
    [
        ("first_last@example.com", "Linked as first_last@example.com."),
        ("<https://evil.example|you>", "Linked as https://evil.exampleyou."),
        ("[you](https://evil.example)", "Linked as youhttps://evil.example."),
        ("a\n*b*\u202e`c`", "Linked as a b⟨U+202E⟩c."),
    ],
)
async def test_an_account_formats_nothing_in_the_chat(
    application: IdentityApplication, link: Link, account: str, said: str
) -> None:
    written = UNDO.fullmatch(
        await application.identity.receipts.write(replace(link, account=account))
    )
    assert written
    assert written["said"] == said


async def test_anybody_with_the_receipt_sees_and_undoes_the_link(
    application: IdentityApplication, mallory: Browser, link: Link
) -> None:
    """It is opened in a browser that nobody has signed in to."""
    refresh_token = await application.identity.token_encryption.decrypt(
        link.encrypted_token, link.chat_user
    )
    page = await mallory.get(await undo_url(application, link))
    assert page.status == 200
    for part in ("Slack", "Acme", "Alice A.", link.chat_user.user, "alice@example.com"):
        assert part in page.text
    assert page.scripts == 0
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert await application.identity.links.active(link.chat_user)

    (form,) = [form for form in page.forms if "/undo/" in form.action]
    done = await mallory.submit(page, form.action)
    assert done.status == 200
    assert "Nothing is linked by this any more" in done.text
    after = await application.identity.links.get(link.chat_user)
    assert after
    assert (after.state, after.encrypted_token) == ("revoked", b"")
    assert not await application.refreshes(refresh_token)

    # Once more, by reload or by a second tab: the same page, and nothing else happens.
    assert "Nothing is linked by this any more" in (await mallory.get(page.url)).text
    assert "Nothing is linked by this any more" in (await mallory.submit(page, form.action)).text


async def test_undoing_needs_the_page_that_asks(
    application: IdentityApplication, mallory: Browser, link: Link
) -> None:
    url = await undo_url(application, link)
    assert (await mallory.post(url)).status == 403
    assert (await mallory.post(url, {"csrf_token": "another"})).status == 403
    assert await application.identity.links.active(link.chat_user)


async def test_an_undo_ends_no_later_link(
    application: IdentityApplication, alice: Browser, mallory: Browser, link: Link
) -> None:
    url = await undo_url(application, link)
    opened = await mallory.get(url)
    (form,) = [form for form in opened.forms if "/undo/" in form.action]
    again = await application.link(alice, link.chat_user, "alice")
    assert "Nothing is linked by this any more" in (await mallory.submit(opened, form.action)).text
    assert "Nothing is linked by this any more" in (await mallory.get(url)).text
    assert await application.identity.links.active(link.chat_user) == again


async def test_an_undo_works_for_a_day(
    application: IdentityApplication, mallory: Browser, link: Link, clock: Clock
) -> None:
    url = await undo_url(application, link)
    clock.forward(link_receipt.LIFETIME - 60)
    assert (await mallory.get(url)).status == 200
    clock.forward(120)
    late = await mallory.get(url)
    assert late.status == 410
    assert "works for a day" in late.text
    assert "alice@example.com" not in late.text


async def test_an_invented_undo_is_none(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    link_request = (await application.link_url(slack_user)).rsplit("/", 1)[1]
    for secret in ("x", "0" * 64, link_request):
        assert (await alice.get(f"/undo/{secret}")).status == 410


async def test_an_undo_links_nobody(
    application: IdentityApplication, alice: Browser, link: Link
) -> None:
    secret = (await undo_url(application, link)).rsplit("/", 1)[1]
    assert (await alice.get(f"/link/{secret}")).status == 410


async def test_the_table_of_undos_opens_none(
    application: IdentityApplication, deployment: Deployment, link: Link
) -> None:
    secret = (await undo_url(application, link)).rsplit("/", 1)[1]
    rows = deployment.aws.client("dynamodb").scan(
        TableName=deployment.parameters["link_requests_table"]
    )["Items"]
    assert [row for row in rows if row["chat_user"]["S"] == link.chat_user.key]
    assert secret not in str(rows)


async def test_names_from_outside_stay_text(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    names = Names("<script>alert(1)</script>", "Alice\u202e \u2066A.")
    page = await application.to_confirmation(
        alice, await application.link_url(slack_user, names), "alice"
    )
    await alice.submit(page, "/link/confirm", answer="link")
    made = await application.identity.links.active(slack_user)
    assert made
    shown = await alice.get(await undo_url(application, made))
    assert shown.scripts == 0
    assert "&lt;script&gt;" in shown.text
    assert not set(shown.text) & set("\u202e\u2066")
