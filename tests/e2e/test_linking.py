"""One person's way in a browser: link, receipt, their own page, unlink, and asked again."""

import re
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import boto3
import pytest
from playwright.async_api import Browser, Page, expect

from tests.conftest import Stack
from tests.e2e.axe import assert_accessible
from tests.e2e.linking import (
    ALICE,
    inert,
    invited,
    look,
    rename_requests,
    say,
    undo_address,
)
from tests.e2e.people import ask, sign_in

FORGOTTEN = re.compile("Everything is forgotten|Forgetting has begun and goes on by itself")


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context()
    yield await context.new_page()
    await context.close()


async def test_from_the_chat_to_the_own_page_and_back(
    page: Page, stack: Stack, aws: boto3.Session, artifacts: Path
) -> None:
    slack = page
    later, linking = await invited(slack, stack, aws)
    await look(linking, artifacts, "link")
    await linking.get_by_role("button", name="Continue to sign in").click()
    await sign_in(linking, "alice", stack.password("alice"))
    await expect(linking.get_by_role("heading", name="Link these accounts?")).to_be_visible()
    await look(linking, artifacts, "confirm")
    await linking.get_by_role("button", name="Link these accounts").click()
    await expect(linking.get_by_role("heading", name="Linked")).to_be_visible()
    await look(linking, artifacts, "linked")

    address = await undo_address(slack, "alice@example.com")
    answer = slack.locator(later, has_text="ProBook 14").first
    await expect(answer).to_contain_text("active", timeout=20_000)
    await slack.screenshot(path=artifacts / "linking-receipt.png")
    undoing = await page.context.new_page()
    await undoing.goto(address)
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
    await expect(me.locator(".said")).to_have_text("Slack is unlinked.")
    await expect(me.locator("main")).not_to_contain_text(ALICE)

    later = await say(slack, "And PHONE-2021-007?")
    await expect(slack.locator(f"{later} a.button")).to_be_visible(timeout=15_000)

    await undoing.reload()
    await expect(undoing.get_by_role("heading")).to_contain_text("Nothing is linked")
    await look(undoing, artifacts, "undone")


async def test_whoever_was_linked_by_somebody_else_undoes_it(
    page: Page, stack: Stack, aws: boto3.Session
) -> None:
    """Somebody else takes the link and signs in as themselves; the receipt tells, and undoes."""
    _, linking = await invited(page, stack, aws)
    await linking.get_by_role("button", name="Continue to sign in").click()
    await sign_in(linking, "admin", stack.password("admin"))
    await linking.get_by_role("button", name="Link these accounts").click()

    address = await undo_address(page, "admin@example.com")
    browser = page.context.browser
    assert browser
    nobody = await (await browser.new_context(java_script_enabled=False)).new_page()
    await nobody.goto(address)
    await expect(nobody.locator("main")).to_contain_text("admin@example.com")
    await nobody.get_by_role("button", name="Undo this link").click()
    await expect(nobody.get_by_role("heading")).to_contain_text("Nothing is linked")
    await nobody.context.close()

    later = await say(page, "Who am I?")
    await expect(page.locator(f"{later} a.button")).to_be_visible(timeout=15_000)


async def test_names_from_outside_act_on_no_page(
    page: Page, stack: Stack, aws: boto3.Session, artifacts: Path
) -> None:
    _, linking = await invited(page, stack, aws)
    dialogs: list[str] = []
    linking.on("dialog", lambda dialog: dialogs.append(dialog.message))
    rename_requests(stack, aws, ALICE)
    await linking.reload()
    await inert(linking, artifacts, "link")
    await linking.get_by_role("button", name="Continue to sign in").click()
    await sign_in(linking, "alice", stack.password("alice"))
    await inert(linking, artifacts, "confirm")
    await linking.get_by_role("button", name="Link these accounts").click()
    await inert(linking, artifacts, "linked")

    await linking.goto(await undo_address(page, "alice@example.com"))
    await inert(linking, artifacts, "undo")
    await linking.goto(f"{stack.chat}/me")
    await sign_in(linking, "alice", stack.password("alice"))
    await inert(linking, artifacts, "me")
    row = linking.locator("li", has_text="<script>alert(1)</script>")
    await row.get_by_role("button", name="Unlink Slack").click()
    await inert(linking, artifacts, "unlink")
    await linking.get_by_role("button", name="Unlink").click()
    await expect(linking.locator(".said")).to_have_text("Slack is unlinked.")
    assert dialogs == []


async def forget_and_undo(page: Page, marker: str) -> None:
    """Forgetting can be undone for a moment, and what is remembered is searched as one types."""
    row = page.locator(".rows li", has_text=marker).first
    await row.get_by_role("button", name="Forget").click()
    await expect(row.get_by_role("button", name="Undo")).to_be_focused()
    await row.get_by_role("button", name="Undo").click()
    await expect(row.get_by_role("button", name="Forget")).to_be_visible()
    await page.get_by_role("searchbox").fill("no such words")
    await expect(page.locator("#found")).to_contain_text("has these words")
    await page.get_by_role("searchbox").fill(marker)
    await expect(row).to_be_visible()


async def test_sessions_and_memories_by_keyboard_and_without_scripts(
    browser: Browser, stack: Stack, aws: boto3.Session, artifacts: Path
) -> None:
    # Whoever asked for forgetting a moment ago is shown nothing new for minutes.
    table = aws.resource("dynamodb").Table(stack.parameters["forgetting_table"])
    for row in table.scan()["Items"]:
        table.delete_item(Key={"subject": row["subject"]})
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
    await forget_and_undo(elsewhere, marker)
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
    await expect(page.locator(".said")).to_have_text(FORGOTTEN)
    await expect(page.locator("main")).not_to_contain_text(marker)

    await page.get_by_role("button", name="Sign out every other browser").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".said")).to_have_text("Every other browser is signed out.")
    await elsewhere.goto(f"{stack.chat}/chat")
    await expect(elsewhere.get_by_role("link", name="Sign in")).to_be_visible()
    await assert_accessible(elsewhere)
    for path in ("/auth/signed-out", "/link/used-long-ago", "/nowhere"):
        await elsewhere.goto(f"{stack.chat}{path}")
        await assert_accessible(elsewhere)
    for one in (context, other):
        await one.close()


@pytest.mark.parametrize("path", ["/admin/people", "/admin/audit"])
async def test_an_administrators_pages_keep_nobody_out(page: Page, stack: Stack, path: str) -> None:
    await page.goto(f"{stack.chat}/auth/login?next={path}")
    await sign_in(page, "admin", stack.password("admin"))
    await page.wait_for_url(f"{stack.chat}{path}")
    await assert_accessible(page)
