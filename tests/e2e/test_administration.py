"""The administrators' pages in a browser: by day, by night, on a phone, and read out aloud."""

import re
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.conftest import Stack
from tests.e2e.axe import assert_accessible
from tests.e2e.people import sign_in

PHONE = {"width": 360, "height": 740}


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    # No script: every page has to work without.
    context = await browser.new_context(java_script_enabled=False)
    yield await context.new_page()
    await context.close()


async def photograph(page: Page, artifacts: Path, name: str) -> None:
    """How it looks by day, by night and on a phone; nothing may be wider than the phone."""
    wide = page.viewport_size
    assert wide
    await page.screenshot(path=artifacts / f"admin-{name}.png", full_page=True)
    await page.emulate_media(color_scheme="dark")
    await page.screenshot(path=artifacts / f"admin-{name}-dark.png", full_page=True)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await page.screenshot(path=artifacts / f"admin-{name}-phone.png", full_page=True)
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"{name} is {width} pixels wide on a phone"
    await page.set_viewport_size(wide)


async def test_an_administrator_sets_up_invites_and_settles(
    page: Page, stack: Stack, artifacts: Path
) -> None:
    await page.goto(f"{stack.chat}/admin/setup")
    await sign_in(page, "admin", stack.password("admin"))
    await expect(page.get_by_role("heading", name="Setup", exact=True)).to_be_visible()
    await expect(page.locator(".checks li")).to_have_count(7)
    await expect(page.locator(".checks .broken")).to_have_count(0)
    await photograph(page, artifacts, "setup")
    async with page.expect_download() as download:
        await page.fill("#app_id", "00000000-0000-0000-0000-000000000b07")
        await page.get_by_role("button", name="Download the app package").click()
    assert (await download.value).suggested_filename == "teams-app.zip"

    await page.get_by_role("link", name="Invite", exact=True).click()
    await photograph(page, artifacts, "invite")
    name = f"bob-{secrets.token_hex(3)}"
    await page.get_by_label("E-mail address", exact=True).fill(f"{name}@example.com")
    await page.get_by_label(re.compile("User name")).last.fill(name)
    await page.get_by_role("button", name="Make this person").click()
    await expect(page.get_by_text("shown this once")).to_be_visible()
    await photograph(page, artifacts, "invited")
    await page.goto(f"{stack.chat}/admin/invite?q={name}")
    await expect(page.get_by_text("has not signed in yet")).to_be_visible()
    await photograph(page, artifacts, "invite-found")

    await page.get_by_role("link", name="Workspaces").click()
    await photograph(page, artifacts, "workspaces")
    await page.get_by_role("button", name=re.compile("Change.*Web chat")).click()
    await page.fill("#quota", "0")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("from 1 to 1,000")
    await photograph(page, artifacts, "workspace")
    await page.fill("#quota", "")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("status")).to_contain_text("are saved")


async def test_everybody_can_use_the_pages(browser: Browser, stack: Stack) -> None:
    page = await browser.new_page()  # axe-core needs scripts
    await page.goto(f"{stack.chat}/admin/setup")
    await sign_in(page, "admin", stack.password("admin"))
    pool = stack.parameters["user_pool_id"]
    for path in (
        "setup",
        "invite",
        "invite?q=a",
        "workspaces",
        f"workspaces/settings?workspace=web%23{pool}",
        "people",
        "usage",
        "rights",
        "audit",
    ):
        await page.goto(f"{stack.chat}/admin/{path}")
        await assert_accessible(page)
    await page.close()


async def test_an_administrator_reads_what_was_asked_in_numbers(
    page: Page, stack: Stack, artifacts: Path
) -> None:
    await page.goto(f"{stack.chat}/admin/usage")
    await sign_in(page, "admin", stack.password("admin"))
    await expect(page.get_by_role("heading", name="Usage", exact=True)).to_be_visible()
    await expect(page.get_by_role("row", name=re.compile("^Questions"))).to_be_visible()
    await photograph(page, artifacts, "usage")


async def test_the_keyboard_alone_changes_a_setting(page: Page, stack: Stack) -> None:
    await page.goto(f"{stack.chat}/admin/workspaces")
    await sign_in(page, "admin", stack.password("admin"))
    change = page.get_by_role("button", name=re.compile("Change.*Web chat"))
    for _ in range(30):
        await page.keyboard.press("Tab")
        if await change.evaluate("e => e === document.activeElement"):
            break
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Web chat")).to_be_visible()
