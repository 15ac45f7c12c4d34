"""Approving and stopping in a real browser, with scripts and without, for eyes and for axe."""

from pathlib import Path

import boto3
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.bots.chat_service import separate_chat_service
from tests.bots.scripted_runtime import FINISHED, HANGS, STARTED, ScriptedRuntime, text
from tests.conftest import Stack
from tests.e2e.axe import assert_accessible
from tests.e2e.people import ask, sign_in

QUESTION = "Find serial numbers of the devices of the customer alice@example.com"
FOUND = "ProBook 14 laptop"
SECONDS = 20_000


async def admin_page(context: BrowserContext, stack: Stack, chat: str) -> Page:
    page = await context.new_page()
    await page.goto(f"{stack.chat}/auth/login?next=/chat")
    await sign_in(page, "admin", stack.password("admin"))
    await page.wait_for_url(f"{stack.chat}/chat*")
    await page.goto(f"{chat}/chat")
    return page


async def test_a_person_approves_and_the_answer_goes_on(
    browser: Browser, stack: Stack, artifacts: Path
) -> None:
    async with await browser.new_context() as context:
        page = await admin_page(context, stack, stack.chat)
        await ask(page, QUESTION)
        approval = page.get_by_role("region", name="May I do this?")
        await expect(approval).to_contain_text("alice@example.com", timeout=SECONDS)
        await expect(page.locator(".turn")).not_to_contain_text(FOUND)
        await assert_accessible(page)
        await _pictures(page, artifacts)

        await page.reload()
        await page.get_by_role("button", name="Approve").click()
        await expect(page.locator(".turn")).to_contain_text(FOUND, timeout=SECONDS)
        await expect(page.locator(".turn")).to_contain_text("You approved this.")
        await expect(approval).to_have_count(0)
        await assert_accessible(page)

        before = await page.locator(".turn .text").all_inner_texts()
        await page.reload()
        assert await page.locator(".turn .text").all_inner_texts() == before


async def test_asking_something_else_takes_the_buttons_away(browser: Browser, stack: Stack) -> None:
    async with await browser.new_context() as context:
        page = await admin_page(context, stack, stack.chat)
        await ask(page, QUESTION)
        await expect(page.locator(".approval")).to_be_visible(timeout=SECONDS)
        await ask(page, "Is PHONE-2021-007 still under warranty?")

        first, second = page.locator(".turn").nth(0), page.locator(".turn").nth(1)
        await expect(first).to_contain_text("so this wasn't done", timeout=SECONDS)
        await expect(page.locator(".approval")).to_have_count(0)
        await expect(second).to_contain_text("expired", timeout=SECONDS)


async def test_without_scripts_the_buttons_do_the_same(browser: Browser, stack: Stack) -> None:
    async with await browser.new_context(java_script_enabled=False) as context:
        page = await admin_page(context, stack, stack.chat)
        await page.fill("#text", QUESTION)
        await page.get_by_role("button", name="Ask", exact=True).click()
        await page.get_by_role("button", name="Don't").click(timeout=SECONDS)

        turn = page.locator(".turn")
        await expect(turn).to_contain_text("so I didn't do it.", timeout=SECONDS)
        await expect(turn).to_contain_text("You didn't approve this.")
        await expect(turn).not_to_contain_text(FOUND)


async def test_an_answer_is_stopped_while_it_is_written(
    browser: Browser, stack: Stack, aws: boto3.Session, tmp_path: Path, artifacts: Path
) -> None:
    tool = {"type": "TOOL_CALL_START", "toolCallId": "c", "toolCallName": "search___web_search"}
    half = [STARTED, text("The first half of "), tool, HANGS]
    runtime = ScriptedRuntime([half, [STARTED, text("The next."), FINISHED], half])
    async with (
        runtime.listening(),
        separate_chat_service(stack, aws, tmp_path, runtime.url) as chat,
        await browser.new_context() as context,
    ):
        page = await admin_page(context, stack, chat.url)
        await ask(page, "Tell me everything.")
        turn = page.locator(".turn").nth(0)
        await expect(turn).to_contain_text("The first half of", timeout=SECONDS)
        await assert_accessible(page)
        await page.screenshot(path=artifacts / "stop.png")
        await turn.get_by_role("button", name="Stop").click()
        await expect(turn).to_contain_text("Stopped.", timeout=SECONDS)
        await expect(turn.get_by_role("button", name="Stop")).to_have_count(0)
        await expect(turn.locator(".running")).to_have_count(0)
        await assert_accessible(page)

        await ask(page, "And now?")
        await expect(page.locator(".turn").nth(1)).to_contain_text("The next.", timeout=SECONDS)
        assert len(runtime.cancelled) == 1


async def _pictures(page: Page, artifacts: Path) -> None:
    for colours in ("light", "dark"):
        await page.emulate_media(color_scheme=colours)
        await page.screenshot(path=artifacts / f"approval-{colours}.png")
    size = page.viewport_size
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.locator(".approval").scroll_into_view_if_needed()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.screenshot(path=artifacts / "approval-phone.png")
    if size:
        await page.set_viewport_size(size)
