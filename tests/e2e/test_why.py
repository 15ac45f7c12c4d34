"""Below an answer, in a real browser: why it is as it is, and whether it was helpful."""

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.conftest import Stack
from tests.e2e.axe import assert_accessible
from tests.e2e.people import ask
from tests.e2e.test_web import QUESTION, signed_in_page

PHONE = {"width": 360, "height": 740}


async def test_a_person_reads_why_and_says_what_they_think_of_it(
    browser: Browser, stack: Stack, artifacts: Path
) -> None:
    page = await signed_in_page(browser, stack, "alice")
    await ask(page, QUESTION)
    turn = page.locator(".turn")
    await expect(turn.locator(".why summary")).to_be_visible(timeout=20_000)  # without a reload

    await turn.locator(".why summary").click()
    await expect(turn.locator(".why")).to_contain_text("check warranty status")
    await expect(turn.locator(".why code")).to_be_visible()
    await turn.get_by_role("button", name="Not helpful").click()
    comment = turn.get_by_label("What was wrong?")
    await expect(comment).to_be_focused()
    await expect(turn.locator(".why")).to_contain_text("check warranty status")  # still open
    await comment.fill("The date is wrong")
    await comment.press("Enter")

    await expect(turn.get_by_role("status")).to_contain_text("saved")
    pressed = turn.get_by_role("button", name="Not helpful")
    await expect(pressed).to_have_attribute("aria-pressed", "true")
    await page.screenshot(path=artifacts / "web-why.png")
    await assert_accessible(page)
    await page.emulate_media(color_scheme="dark")
    await page.screenshot(path=artifacts / "web-why-dark.png")
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await page.screenshot(path=artifacts / "web-why-phone.png")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    await page.reload()
    await expect(comment).to_have_value("The date is wrong")
    await turn.get_by_role("button", name="Helpful", exact=True).click()
    await expect(turn.get_by_label("What was good?")).to_have_value("The date is wrong")
    await page.context.close()


async def test_it_works_without_scripts(browser: Browser, stack: Stack) -> None:
    page = await signed_in_page(browser, stack, "alice")
    await ask(page, QUESTION)
    await expect(page.locator(".turn .why summary")).to_be_visible(timeout=20_000)
    address, cookies = page.url, await page.context.cookies()
    await page.context.close()

    context = await browser.new_context(java_script_enabled=False)
    await context.add_cookies([{**one} for one in cookies])  # type: ignore[typeddict-item]
    plain = await context.new_page()
    await plain.goto(address)
    await plain.locator(".why summary").click()
    await expect(plain.locator(".why code")).to_be_visible()
    await plain.get_by_role("button", name="Helpful", exact=True).click()
    chosen = plain.get_by_role("button", name="Helpful", exact=True)
    await expect(chosen).to_have_attribute("aria-pressed", "true")
    await context.close()
