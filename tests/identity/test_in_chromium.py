"""The same pages in a real browser: its cookie rules, its policy on forms, and what people see."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from identity.people import ChatUser, Names
from tests.identity.application import IdentityApplication

PHONE = {"width": 360, "height": 740}


@pytest_asyncio.fixture
async def page(browser: Chromium) -> AsyncIterator[Page]:
    # No script: every page has to work without.
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    yield page
    await context.close()


async def _sign_in_at_pool(application: IdentityApplication, page: Page, person: str) -> None:
    await page.get_by_label("Username").fill(person)
    await page.get_by_label("Password").fill(application.deployment.passwords[person])
    await page.get_by_role("button", name="Sign in").click()


async def _photograph(page: Page, artifacts: Path, name: str) -> None:
    """How it looks by day, by night and on a phone; nothing may be wider than the phone."""
    wide = page.viewport_size
    assert wide
    await page.screenshot(path=artifacts / f"identity-{name}.png")
    await page.emulate_media(color_scheme="dark")
    await page.screenshot(path=artifacts / f"identity-{name}-dark.png")
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await page.screenshot(path=artifacts / f"identity-{name}-phone.png", full_page=True)
    box = await page.locator("main").bounding_box()
    assert box
    assert box["width"] <= PHONE["width"]
    await page.set_viewport_size(wide)


async def test_linking_in_a_browser(
    application: IdentityApplication, page: Page, slack_user: ChatUser, artifacts: Path
) -> None:
    names = Names("Acme <b>Inc</b>", "Alice\u202e A.")
    await page.goto(await application.link_url(slack_user, names))
    await expect(page.get_by_text("Acme <b>Inc</b>")).to_be_visible()
    await _photograph(page, artifacts, "link")

    await page.get_by_role("button", name="Continue to sign in").click()
    await _sign_in_at_pool(application, page, "alice")
    await expect(page.get_by_role("heading", name="Link these accounts?")).to_be_visible()
    await expect(page.get_by_text("alice@example.com")).to_be_visible()
    await _photograph(page, artifacts, "confirm")

    await page.get_by_role("button", name="Link these accounts").click()
    await expect(page.get_by_role("heading", name="Linked")).to_be_visible()
    await _photograph(page, artifacts, "linked")
    assert await application.identity.links.active(slack_user)


async def test_choosing_another_account_in_a_browser(
    application: IdentityApplication, page: Page, slack_user: ChatUser
) -> None:
    """The form's redirect leads to the pool, which ``form-action`` has to allow."""
    await page.goto(await application.link_url(slack_user))
    await page.get_by_role("button", name="Continue to sign in").click()
    await _sign_in_at_pool(application, page, "admin")
    await page.get_by_role("button", name="Use another account").click()
    await _sign_in_at_pool(application, page, "alice")
    await expect(page.get_by_text("alice@example.com")).to_be_visible()


async def test_signing_in_and_out_in_a_browser(
    application: IdentityApplication, page: Page, artifacts: Path
) -> None:
    await page.goto(f"{application.deployment.url}/auth/login")
    await _sign_in_at_pool(application, page, "alice")
    await expect(page.get_by_text("hello alice")).to_be_visible()
    (cookie,) = await page.context.cookies(application.deployment.url)
    assert (cookie.get("name"), cookie.get("secure"), cookie.get("httpOnly")) == (
        "__Host-bizassist",
        True,
        True,
    )

    await page.goto(f"{application.deployment.url}/auth/logout")
    await _photograph(page, artifacts, "sign-out")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    assert await page.context.cookies(application.deployment.url) == []


async def test_the_keyboard_alone_links(
    application: IdentityApplication, page: Page, slack_user: ChatUser
) -> None:
    await page.goto(await application.link_url(slack_user))
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Continue to sign in")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Username")).to_be_visible()


@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_an_error_is_a_page_too(
    application: IdentityApplication, page: Page, artifacts: Path, colours: str
) -> None:
    await page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
    await page.goto(f"{application.deployment.url}/link/used-long-ago")
    await expect(page.get_by_text("no longer valid")).to_be_visible()
    await page.screenshot(path=artifacts / f"identity-error-{colours}.png")
