"""The web chat, from the address bar to the streamed answer, in a real browser."""

from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.conftest import Stack
from tests.e2e.axe import assert_accessible
from tests.e2e.people import ask, sign_in

QUESTION = "Is serial LAPTOP-2024-001 still under warranty?"


async def signed_in_page(browser: Browser, stack: Stack, person: str) -> Page:
    page = await (await browser.new_context()).new_page()
    await page.goto(f"{stack.chat}/")
    await page.click("text=Sign in")
    await sign_in(page, person, stack.password(person))
    await page.wait_for_url(f"{stack.chat}/chat*")
    return page


async def test_a_person_signs_in_asks_and_reads_a_streamed_answer(
    browser: Browser, stack: Stack, artifacts: Path
) -> None:
    page = await signed_in_page(browser, stack, "alice")
    await page.screenshot(path=artifacts / "web-empty.png")

    await ask(page, QUESTION)

    turn = page.locator(".turn")
    await expect(turn.locator(".question")).to_have_text(QUESTION)
    await expect(turn.locator(".tools li")).to_contain_text("check warranty status")
    await expect(turn.locator(".answer:not(.pending)")).to_be_visible(timeout=20_000)
    answer = await turn.locator(".text").inner_text()
    assert "LAPTOP-2024-001" in answer
    assert "active" in answer.lower()
    await expect(page.locator(".conversations [aria-current]")).to_have_text(QUESTION)
    await page.screenshot(path=artifacts / "web-answer.png")

    await page.reload()
    assert await turn.locator(".text").inner_text() == answer
    await page.context.close()


async def test_the_sources_of_an_answer_are_listed_now_and_later(
    browser: Browser, stack: Stack, artifacts: Path
) -> None:
    page = await signed_in_page(browser, stack, "alice")
    await ask(page, "What does the company policy say about the price of hotels?")

    turn = page.locator(".turn")
    sources = turn.locator(".sources li")
    await expect(turn.locator(".answer:not(.pending)")).to_be_visible(timeout=20_000)
    await expect(turn.locator(".sources")).to_be_visible()
    named = sources.first.locator(".named")
    await expect(named).to_have_text("Travel and expenses · Hotels")
    await expect(sources.first.locator(".passage")).to_be_hidden()
    listed = await sources.all_inner_texts()
    await named.click()  # it opens what the policy says there
    await expect(sources.first.locator(".passage")).to_contain_text("euros a night")
    await expect(turn.locator(".steps .tools")).to_be_hidden()
    await turn.locator(".steps summary").click()
    await expect(turn.locator(".steps .tools li")).to_have_text("search company policy")
    await page.screenshot(path=artifacts / "web-sources.png")
    await assert_accessible(page)

    await page.reload()
    await expect(turn.locator(".sources")).to_be_visible()
    assert await sources.all_inner_texts() == listed
    await expect(turn.locator(".steps")).not_to_have_attribute("open", "")
    await turn.locator(".steps summary").click()
    await expect(turn.locator(".steps .tools li")).to_be_visible()
    assert len(set(listed)) == len(listed)
    await page.context.close()
