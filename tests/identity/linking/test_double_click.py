"""A confirmation that is sent twice links once, and says so both times."""

import asyncio
from unittest.mock import AsyncMock

import pytest
from botocore.exceptions import ConnectTimeoutError
from playwright.async_api import Browser as Chromium
from playwright.async_api import expect
from yarl import URL

from identity.links import Links
from identity.people import ChatUser
from tests.identity.application import IdentityApplication
from tests.identity.browser import Browser
from tests.some import some


@pytest.mark.parametrize("pause", [0, 60, 90, 120, 250, 600])
async def test_a_double_click_links_in_chromium(
    application: IdentityApplication, browser: Chromium, slack_user: ChatUser, pause: int
) -> None:
    """Milliseconds between two clicks, as people make them."""
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(await application.link_url(slack_user))
    await page.get_by_text("Continue to sign in").click()
    await page.get_by_label("Username").fill("alice")
    await page.get_by_label("Password").fill(application.deployment.passwords["alice"])
    await page.get_by_role("button", name="Sign in").click()
    box = await page.get_by_role("button", name="Link these accounts").bounding_box()
    assert box
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    before = len(application.linked)

    await page.mouse.move(*middle)
    for _ in range(2):
        await page.mouse.down()
        await page.mouse.up()
        await asyncio.sleep(pause / 1_000)

    await expect(page.get_by_role("heading", name="Linked")).to_be_visible()
    link = await application.identity.links.active(slack_user)
    assert link
    assert await application.identity.tokens.access_token(link)
    assert len(application.linked) == before + 1
    await context.close()


@pytest.mark.parametrize("answer", ["link", "cancel"])
async def test_two_clicks_have_one_result_and_one_page(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser, answer: str
) -> None:
    page = await application.to_confirmation(alice, await application.link_url(slack_user), "alice")
    before = len(application.linked)
    clicks = (alice.submit(page, "/link/confirm", answer=answer) for _ in range(3))
    answers = await asyncio.gather(*clicks)
    answers.append(await alice.submit(page, "/link/confirm", answer=answer))

    for one in some(answers):
        assert (one.status, one.text) == (200, answers[0].text)
    link = await application.identity.links.active(slack_user)
    assert (link is not None) == (answer == "link")
    assert len(application.linked) - before == (answer == "link")
    if link:
        assert await application.identity.tokens.access_token(link)


async def test_two_buttons_at_once_have_one_result(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    page = await application.to_confirmation(alice, await application.link_url(slack_user), "alice")
    answers = await asyncio.gather(
        *(alice.submit(page, "/link/confirm", answer=answer) for answer in ("link", "cancel"))
    )

    link = await application.identity.links.active(slack_user)
    if link:
        assert [one.text for one in answers] == [answers[0].text] * 2
        assert await application.identity.tokens.access_token(link)
    else:
        assert sorted(one.status for one in answers) == [200, 410]


async def test_a_link_that_ended_is_not_brought_back_by_its_old_form(
    application: IdentityApplication, alice: Browser, slack_user: ChatUser
) -> None:
    page = await application.to_confirmation(alice, await application.link_url(slack_user), "alice")
    await alice.submit(page, "/link/confirm", answer="link")
    link = await application.identity.links.active(slack_user)
    assert link
    assert await application.identity.tokens.revoke(link)

    assert (await alice.submit(page, "/link/confirm", answer="link")).status == 410
    assert await application.identity.links.active(slack_user) is None


async def test_a_link_whose_making_broke_off_is_made_by_the_same_form(
    application: IdentityApplication,
    alice: Browser,
    slack_user: ChatUser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = await application.to_confirmation(alice, await application.link_url(slack_user), "alice")
    with monkeypatch.context() as broken:
        broken.setattr(
            Links, "put_newer", AsyncMock(side_effect=ConnectTimeoutError(endpoint_url=""))
        )
        assert (await alice.submit(page, "/link/confirm", answer="link")).status == 503

    assert (await alice.submit(page, "/link/confirm", answer="link")).status == 200
    link = await application.identity.links.active(slack_user)
    assert link
    assert await application.identity.tokens.access_token(link)


async def test_two_tabs_that_begin_at_once_both_come_back(
    application: IdentityApplication, alice: Browser
) -> None:
    """Each of them changes the same session; neither may undo what the other one stored."""
    await alice.get("/auth/login", follow=False)
    begun = await asyncio.gather(*(alice.get("/auth/login", follow=False) for _ in range(3)))

    sign_ins = (await application.stored_session(alice))["sign_ins"]
    for one in some(begun):
        assert URL(one.headers["Location"]).query["state"] in sign_ins
