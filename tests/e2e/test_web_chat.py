"""The web chat as people use every other: what is sent, what breaks, what is kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import boto3
import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect
from playwright.async_api import Error as PlaywrightError

from tests.conftest import Stack
from tests.e2e.axe import assert_accessible
from tests.e2e.people import ask, sign_in
from tests.e2e.written_turns import write_turn

QUESTION = "Is serial LAPTOP-2024-001 still under warranty?"
LONG_WAIT = 30_000


@pytest.fixture
async def page(browser: Browser, stack: Stack) -> AsyncIterator[Page]:
    context = await browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    await page.clock.install()
    await open_chat(page, stack)
    yield page
    await context.close()


async def open_chat(page: Page, stack: Stack) -> None:
    await page.goto(f"{stack.chat}/auth/login?next=/chat")
    await sign_in(page, "alice", stack.password("alice"))
    await page.wait_for_url(f"{stack.chat}/chat*")


async def refused(route: Route) -> None:
    await route.fulfill(status=502, body="Bad Gateway")


async def lose_session(context: BrowserContext, stack: Stack) -> None:
    await context.clear_cookies(domain=stack.chat.split("/")[2].split(":")[0])


async def test_a_stream_that_breaks_ends_in_the_answer_or_says_what_to_do(
    page: Page, stack: Stack
) -> None:
    await page.route("**/events", refused)
    await ask(page, QUESTION)
    turn = page.locator(".turn")
    await expect(turn.locator(".stop")).to_be_visible(timeout=LONG_WAIT)
    async with asyncio.timeout(60):  # it is looked at again, with pauses, until it is there
        while not await turn.locator(".answer:not(.pending)").count():
            await page.clock.run_for(500)
            await asyncio.sleep(0.1)
            if await turn.get_by_role("button", name="Retry").count():  # a slow machine's answer
                await turn.get_by_role("button", name="Retry").click()
    await expect(turn.locator(".text")).to_contain_text("active")
    await expect(turn.locator(".stop")).to_have_count(0)

    conversation = page.url
    pattern = f"{conversation}/*"  # a turn of this conversation
    await page.route(pattern, lambda route: route.abort())
    await ask(page, "What can you do for me?")
    last = page.locator(".turn").last
    for _ in range(40):
        await page.clock.run_for(2_000)
        await asyncio.sleep(0.05)
    await expect(last.locator(".lost")).to_have_text(
        "Connection lost; your question is kept. Retry"
    )
    await assert_accessible(page)
    await page.unroute(pattern)
    await page.unroute("**/events")
    await last.get_by_role("button", name="Retry").click()
    await page.clock.run_for(20_000)
    await expect(last.locator(".text")).to_contain_text("BizAssist", timeout=LONG_WAIT)

    await page.route("**/events", refused)
    await ask(page, QUESTION)
    await expect(page.locator(".turn").last.locator(".stop")).to_be_visible(timeout=LONG_WAIT)
    await lose_session(page.context, stack)
    await page.clock.run_for(2_000)
    lost = page.locator(".turn").last.locator(".lost")
    await expect(lost).to_have_text("Your session is over. Sign in again")
    assert await lost.locator("a").get_attribute("href") == (
        "/auth/login?next=" + page.url.removeprefix(stack.chat).replace("/", "%2F")
    )


async def test_what_is_not_sent_is_kept(page: Page, stack: Stack) -> None:
    field, problem = page.locator("#text"), page.locator(".problem")
    await page.context.set_offline(True)
    await ask(page, "First words")
    await expect(problem).to_contain_text("You seem to be offline. Your question is kept here")
    await expect(field).to_have_value("First words")
    await expect(page.locator(".turn")).to_have_count(0)
    await page.context.set_offline(False)

    held = asyncio.Event()

    async def hold(route: Route) -> None:
        if route.request.method != "POST":
            await route.continue_()
            return
        await held.wait()
        with suppress(PlaywrightError):  # it was cancelled meanwhile
            await route.abort()

    await page.route("**/chat/*", hold)
    await ask(page, QUESTION)
    sending = page.locator(".turn.sending")
    await expect(sending.locator(".question")).to_have_text(QUESTION)
    await expect(sending.locator(".thinking")).to_have_text("Sending…")
    await sending.get_by_role("button", name="Cancel").click()
    await expect(sending).to_have_count(0)
    await expect(field).to_have_value(QUESTION)
    held.set()
    await page.unroute("**/chat/*")

    await lose_session(page.context, stack)
    await page.press("#text", "Enter")
    await expect(problem).to_have_text("Your session is over; your question is kept. Sign in again")
    await problem.locator("a").click()
    await sign_in(page, "alice", stack.password("alice"))
    await page.wait_for_url(f"{stack.chat}/chat*")
    await expect(page.locator("#text")).to_have_value(QUESTION)  # a draft outlives a sign-in

    await page.click("text=Sign out")
    assert await page.evaluate("Object.keys(localStorage).length") == 0


async def test_an_answer_is_copied_and_its_question_asked_again_or_edited(
    page: Page, stack: Stack
) -> None:
    await ask(page, QUESTION)
    first = page.locator(".turn").first
    await expect(first.locator(".copy")).to_be_visible(timeout=LONG_WAIT)
    await first.locator(".copy").click()
    await expect(first.locator(".copy")).to_have_text("Copied")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == await first.locator(".text").inner_text()

    await first.get_by_role("link", name="Edit question").click()
    await expect(page.locator("#text")).to_have_value(QUESTION)
    await expect(page.locator("#text")).to_be_focused()
    await page.fill("#text", "")

    other = await page.context.new_page()  # a second tab follows
    await other.goto(page.url)
    await expect(other.locator(".turn")).to_have_count(1)
    await expect(other.locator(".tools li")).to_have_text("check warranty status")
    assert QUESTION in await other.title()

    await first.get_by_role("button", name="Ask again").click()
    await expect(page.locator(".turn")).to_have_count(2)
    for tab in (page, other):
        again = tab.locator(".turn").nth(1)
        await expect(again.locator(".question")).to_have_text(QUESTION, timeout=LONG_WAIT)
        await expect(again.locator(".text")).to_contain_text("active", timeout=LONG_WAIT)


async def test_the_list_and_the_talk_scroll_on_their_own(page: Page, stack: Stack) -> None:
    await ask(page, "What can you do for me?")
    await expect(page.locator(".copy")).to_be_visible(timeout=LONG_WAIT)
    await page.set_viewport_size({"width": 390, "height": 500})
    form = await page.locator(".ask").bounding_box()
    assert form
    assert form["y"] + form["height"] <= 500  # the form is in sight
    jump = page.get_by_role("button", name="Jump to latest")
    await page.evaluate("document.querySelector('.scroll').scrollTop = 0")
    await jump.click()
    await expect(jump).to_be_hidden()
    await assert_accessible(page)

    await expect(page.locator("#conversations")).to_be_hidden()
    await page.get_by_role("button", name="Conversations").click()
    await expect(page.locator("#conversations [aria-current]")).to_be_visible()
    await assert_accessible(page)
    await page.keyboard.press("Escape")
    await expect(page.locator("#conversations")).to_be_hidden()


RICH = """Kind regards
Alice

| Region | Spent | Note |
|:--|--:|--|
| North | 1 234 567.00 | On track; no change is expected before the end of the second quarter |

```python
print("paid")
```

$x^2$
"""
DROP = """([kind, name]) => {
  const data = new DataTransfer();
  data.items.add(new File(["words"], name));
  const init = {bubbles: true, cancelable: true, dataTransfer: data};
  document.body.dispatchEvent(new DragEvent(kind, init));
}"""
PASTE = """name => {
  const data = new DataTransfer();
  data.items.add(new File(["words"], name));
  document.body.dispatchEvent(
    new ClipboardEvent("paste", {bubbles: true, cancelable: true, clipboardData: data}));
}"""


async def test_an_answer_shows_what_was_written_and_takes_files_from_anywhere(
    page: Page, stack: Stack, aws: boto3.Session
) -> None:
    conversation = await write_turn(page, stack, aws, "What have we spent?", RICH)
    turn = page.locator(".turn").first
    await page.set_viewport_size({"width": 390, "height": 800})
    table = turn.locator(".table")
    assert await table.evaluate("box => box.scrollWidth > box.clientWidth")
    await table.focus()
    await page.keyboard.press("ArrowRight")
    await expect(table).to_be_focused()
    figure = turn.locator("td.figure")
    assert await figure.evaluate("cell => cell.getClientRects().length") == 1
    assert await figure.evaluate("cell => getComputedStyle(cell).textAlign") == "end"
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await expect(turn.locator("math")).to_be_visible()
    keyword = turn.locator(".code .nb")
    plain = await turn.locator(".code code").evaluate("code => getComputedStyle(code).color")
    assert await keyword.evaluate("word => getComputedStyle(word).color") != plain
    await turn.locator(".copy-code").click()
    await expect(turn.locator(".copy-code")).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == 'print("paid")\n'
    await assert_accessible(page)

    await page.evaluate(DROP, ["dragenter", "a.txt"])
    await expect(page.locator("body")).to_have_class("dropping")
    await page.evaluate(DROP, ["drop", "a.txt"])
    await expect(page.locator("body")).not_to_have_class("dropping")
    await page.evaluate(PASTE, "b.txt")
    await expect(page.locator(".chosen li")).to_have_count(2)
    await page.evaluate(PASTE, "c.exe")
    await expect(page.locator(".problem")).to_contain_text("I can't read c.exe")
    await page.get_by_role("button", name="Remove a.txt").click()
    await page.get_by_role("button", name="Remove b.txt").click()

    await write_turn(
        page, stack, aws, QUESTION, "I couldn't answer.", conversation=conversation, failed=True
    )
    await page.get_by_role("button", name="Retry").click()
    again = page.locator(".turn").nth(2)
    await expect(again.locator(".question")).to_have_text(QUESTION)
    await expect(page.locator(".ask .halt")).to_be_visible()
    await expect(again.locator(".text")).to_contain_text("active", timeout=LONG_WAIT)
    await expect(page.locator(".ask .halt")).to_be_hidden()
