"""One person's way in a browser: link, receipt, their own page, unlink, and asked again."""

import re
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import boto3
import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.conftest import Stack
from tests.e2e.axe import assert_accessible
from tests.e2e.people import ask, sign_in

ALICE = "U0ALICE0000"
QUESTION = "Is serial LAPTOP-2024-001 still under warranty?"
WORKSPACE = "<script>alert(1)</script> Acme"
USER = "\u202emoc.elpmaxe\u2066 <img src=x onerror=alert(2)>"
PHONE = {"width": 360, "height": 740}


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context()
    yield await context.new_page()
    await context.close()


async def look(page: Page, artifacts: Path, name: str) -> None:
    """Judge the page and keep how it looks by day, by night and on a phone."""
    await assert_accessible(page)
    size = page.viewport_size
    assert size
    await page.screenshot(path=artifacts / f"linking-{name}.png", full_page=True)
    await page.emulate_media(color_scheme="dark")
    await page.screenshot(path=artifacts / f"linking-{name}-dark.png", full_page=True)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    await page.screenshot(path=artifacts / f"linking-{name}-phone.png", full_page=True)
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"{name} is {width} pixels wide on a phone"
    await page.set_viewport_size(size)


async def say(slack: Page, text: str) -> None:
    await slack.fill("#compose textarea", text)
    await slack.click("#compose button")


async def follow(slack: Page, link: Locator) -> Page:
    async with slack.expect_popup() as opened:
        await link.click()
    page = await opened.value
    await page.wait_for_load_state()
    return page


async def forget_links(stack: Stack, aws: boto3.Session, chat_user: str) -> None:
    """Begin with nobody linked, whatever ran before."""
    dynamodb = aws.client("dynamodb")
    table = stack.parameters["links_table"]
    for row in dynamodb.scan(TableName=table)["Items"]:
        if row["chat_user"]["S"].endswith(f"#{chat_user}"):
            dynamodb.delete_item(TableName=table, Key={"chat_user": row["chat_user"]})


def rename_requests(stack: Stack, aws: boto3.Session, chat_user: str) -> None:
    """Give whoever waits for a link the names that an attacker would choose."""
    dynamodb, table = aws.client("dynamodb"), stack.parameters["link_requests_table"]
    for row in dynamodb.scan(TableName=table)["Items"]:
        if row["chat_user"]["S"].endswith(f"#{chat_user}") and "made" in row:
            renamed = {"workspace": {"S": WORKSPACE}, "user": {"S": USER}}
            dynamodb.put_item(TableName=table, Item={**row, **renamed})


async def inert(page: Page, artifacts: Path, name: str) -> None:
    """The names are on the page, as text and in their place."""
    main = page.locator("main")
    await expect(main).to_contain_text("<script>alert(1)</script>")
    await expect(main).to_contain_text("moc.elpmaxe <img src=x onerror=alert(2)>")
    assert await main.locator("script, img").count() == 0
    assert not set(await page.content()) & set("\u202e\u2066")
    await look(page, artifacts, f"hostile-{name}")


async def test_from_the_chat_to_the_own_page_and_back(
    page: Page, stack: Stack, aws: boto3.Session, artifacts: Path
) -> None:
    await forget_links(stack, aws, ALICE)
    slack = page
    await slack.goto(f"{stack.slack}/?as={ALICE}")
    await say(slack, QUESTION)
    invitation = slack.locator("#messages a.button").last
    await expect(invitation).to_be_visible(timeout=15_000)

    linking = await follow(slack, invitation)
    await look(linking, artifacts, "link")
    await linking.get_by_role("link", name="Continue to sign in").click()
    await sign_in(linking, "alice", stack.password("alice"))
    await expect(linking.get_by_role("heading", name="Link these accounts?")).to_be_visible()
    await look(linking, artifacts, "confirm")
    await linking.get_by_role("button", name="Link these accounts").click()
    await expect(linking.get_by_role("heading", name="Linked")).to_be_visible()
    await look(linking, artifacts, "linked")

    receipt = slack.locator("#messages article", has_text="Linked as alice@example.com").last
    await expect(receipt).to_contain_text("Not you? Undo:", timeout=15_000)
    answer = slack.locator("#messages article", has_text="ProBook 14").last
    await expect(answer).to_contain_text("active", timeout=20_000)
    await slack.screenshot(path=artifacts / "linking-receipt.png")
    undo = re.search(r"https?://\S+/undo/[0-9a-f]{64}", await receipt.inner_text())
    assert undo
    undoing = await page.context.new_page()
    await undoing.goto(undo[0])
    await look(undoing, artifacts, "undo")

    me = await page.context.new_page()
    await me.goto(f"{stack.chat}/me")
    await sign_in(me, "alice", stack.password("alice"))
    await expect(me.get_by_role("heading", name="Your account")).to_be_visible()
    await expect(me.locator("section", has_text="Linked chat accounts")).to_contain_text(ALICE)
    await look(me, artifacts, "me")
    await me.get_by_role("button", name=re.compile(f"Unlink Slack {ALICE}")).click()
    await look(me, artifacts, "unlink")
    await me.get_by_role("button", name="Unlink").click()
    await expect(me.get_by_role("status")).to_have_text("Slack is unlinked.")
    await expect(me.locator("main")).not_to_contain_text(ALICE)

    before = await slack.locator("#messages a.button").count()
    await say(slack, "And PHONE-2021-007?")
    await expect(slack.locator("#messages a.button")).to_have_count(before + 1, timeout=15_000)

    await undoing.reload()
    await expect(undoing.get_by_role("heading")).to_contain_text("Nothing is linked")
    await look(undoing, artifacts, "undone")


async def test_whoever_was_linked_by_somebody_else_undoes_it(
    page: Page, stack: Stack, aws: boto3.Session
) -> None:
    """Somebody else takes the link and signs in as themselves; the receipt tells, and undoes."""
    await forget_links(stack, aws, ALICE)
    await page.goto(f"{stack.slack}/?as={ALICE}")
    await say(page, QUESTION)
    invitation = page.locator("#messages a.button").last
    await expect(invitation).to_be_visible(timeout=15_000)
    linking = await follow(page, invitation)
    await linking.get_by_role("link", name="Continue to sign in").click()
    await sign_in(linking, "admin", stack.password("admin"))
    await linking.get_by_role("button", name="Link these accounts").click()

    receipt = page.locator("#messages article", has_text="Linked as admin@example.com").last
    await expect(receipt).to_be_visible(timeout=15_000)
    undo = re.search(r"https?://\S+/undo/[0-9a-f]{64}", await receipt.inner_text())
    assert undo
    browser = page.context.browser
    assert browser
    nobody = await (await browser.new_context(java_script_enabled=False)).new_page()
    await nobody.goto(undo[0])
    await expect(nobody.locator("main")).to_contain_text("admin@example.com")
    await nobody.get_by_role("button", name="Undo this link").click()
    await expect(nobody.get_by_role("heading")).to_contain_text("Nothing is linked")
    await nobody.context.close()

    before = await page.locator("#messages a.button").count()
    await say(page, "Who am I?")
    await expect(page.locator("#messages a.button")).to_have_count(before + 1, timeout=15_000)


async def test_names_from_outside_act_on_no_page(
    page: Page, stack: Stack, aws: boto3.Session, artifacts: Path
) -> None:
    await forget_links(stack, aws, ALICE)
    await page.goto(f"{stack.slack}/?as={ALICE}")
    await say(page, QUESTION)
    invitation = page.locator("#messages a.button").last
    await expect(invitation).to_be_visible(timeout=15_000)
    rename_requests(stack, aws, ALICE)
    linking = await follow(page, invitation)
    dialogs: list[str] = []
    linking.on("dialog", lambda dialog: dialogs.append(dialog.message))

    await inert(linking, artifacts, "link")
    await linking.get_by_role("link", name="Continue to sign in").click()
    await sign_in(linking, "alice", stack.password("alice"))
    await inert(linking, artifacts, "confirm")
    await linking.get_by_role("button", name="Link these accounts").click()
    await inert(linking, artifacts, "linked")

    receipt = page.locator("#messages article", has_text="Linked as alice@example.com").last
    await expect(receipt).to_be_visible(timeout=15_000)
    undo = re.search(r"https?://\S+/undo/[0-9a-f]{64}", await receipt.inner_text())
    assert undo
    await linking.goto(undo[0])
    await inert(linking, artifacts, "undo")
    await linking.goto(f"{stack.chat}/me")
    await sign_in(linking, "alice", stack.password("alice"))
    await inert(linking, artifacts, "me")
    await linking.get_by_role("button", name="Unlink").click()
    await inert(linking, artifacts, "unlink")
    await linking.get_by_role("button", name="Unlink").click()
    await expect(linking.get_by_role("status")).to_have_text("Slack is unlinked.")
    assert dialogs == []


async def test_sessions_and_memories_by_keyboard_and_without_scripts(
    browser: Browser, stack: Stack, artifacts: Path
) -> None:
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{stack.chat}/me")
    await sign_in(page, "alice", stack.password("alice"))
    await expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    other = await browser.new_context()
    elsewhere = await other.new_page()
    await elsewhere.goto(f"{stack.chat}/me")
    await sign_in(elsewhere, "alice", stack.password("alice"))

    marker = f"tea {secrets.token_hex(3)}"
    await elsewhere.goto(f"{stack.chat}/chat")
    await assert_accessible(elsewhere)
    await ask(elsewhere, f"Remember that I prefer {marker}")
    await expect(elsewhere.locator(".answer:not(.pending)")).to_be_visible(timeout=20_000)
    await assert_accessible(elsewhere)
    await elsewhere.goto(f"{stack.chat}/me")
    await expect(elsewhere.locator("main")).to_contain_text(marker)
    await look(elsewhere, artifacts, "me-full")
    await elsewhere.goto(f"{stack.chat}/me/memories/forget-all")
    await look(elsewhere, artifacts, "forget-all")

    await elsewhere.goto(f"{stack.chat}/auth/logout")
    await assert_accessible(elsewhere)

    await page.reload()
    await expect(page.locator("main")).to_contain_text(marker)
    await page.get_by_role("link", name="Forget everything").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Forget everything").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("Everything is forgotten.")
    await expect(page.locator("main")).not_to_contain_text(marker)

    await page.get_by_role("button", name="Sign out every other browser").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_have_text("Every other browser is signed out.")
    await elsewhere.goto(f"{stack.chat}/chat")
    await expect(elsewhere.get_by_role("link", name="Sign in")).to_be_visible()
    await assert_accessible(elsewhere)
    for path in ("/auth/signed-out", "/link/used-long-ago", "/nowhere"):
        await elsewhere.goto(f"{stack.chat}{path}")
        await assert_accessible(elsewhere)
    for one in (context, other):
        await one.close()
