"""From an invitation to the end of a link, as each of the people on the way sees it."""

import re
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import boto3
import pytest
from playwright.async_api import Browser, Page, expect

from tests.conftest import Stack
from tests.e2e.linking import ALICE, follow, forget_links, look, say, undo_address
from tests.e2e.people import sign_in

QUESTION = "Is serial LAPTOP-2024-001 still under warranty?"


@pytest.fixture
async def windows(browser: Browser) -> AsyncIterator[list[Page]]:
    """Windows of three browsers: the administrator's, the newcomer's, and Slack."""
    contexts = [await browser.new_context() for _ in range(3)]
    yield [await context.new_page() for context in contexts]
    for context in contexts:
        await context.close()


async def invited(admin: Page, stack: Stack, name: str, artifacts: Path) -> tuple[str, str]:
    """Make a newcomer; the address and the password that they are sent."""
    await admin.goto(f"{stack.chat}/admin/invite")
    await sign_in(admin, "admin", stack.password("admin"))
    await admin.get_by_label("E-mail address", exact=True).fill(f"{name}@example.com")
    await admin.get_by_label(re.compile("User name")).last.fill(name)
    await admin.get_by_role("button", name="Make this person").click()
    await expect(admin.get_by_role("heading", name="may come in")).to_be_visible()
    await look(admin, artifacts, "invited")
    facts = admin.locator("dl.facts dd")
    return await facts.first.inner_text(), await facts.last.inner_text()


async def first_sign_in(page: Page, stack: Stack, address: str, name: str, password: str) -> str:
    """Choose a password of one's own; the one that was chosen."""
    chosen = f"Own-{secrets.token_hex(8)}-9Z"
    await page.goto(address)
    await sign_in(page, name, password)
    await page.fill("input[name=new_password]", chosen)
    await page.fill("input[name=confirm_password]", chosen)
    await page.click("button[type=submit], input[type=submit]")
    await page.wait_for_url(f"{stack.chat}/me")
    return chosen


async def test_from_the_invitation_to_the_end_of_the_link(
    windows: list[Page], stack: Stack, aws: boto3.Session, artifacts: Path
) -> None:
    admin, newcomer, slack = windows
    name = f"bob-{secrets.token_hex(3)}"
    account = f"{name}@example.com"

    address, password = await invited(admin, stack, name, artifacts)
    chosen = await first_sign_in(newcomer, stack, address, name, password)
    await expect(newcomer.locator("main")).to_contain_text("No chat account is linked to you yet.")
    await look(newcomer, artifacts, "newcomer")

    # Asking in the chat is what links; nobody but the chat user gets the way there.
    forget_links(stack, aws, ALICE)
    await slack.goto(f"{stack.slack}/?as={ALICE}")
    later = await say(slack, QUESTION)
    invitation = slack.locator(f"{later} a.button").first
    await expect(invitation).to_be_visible(timeout=20_000)
    linking = await follow(slack, invitation)
    await linking.get_by_role("button", name="Continue to sign in").click()
    await sign_in(linking, name, chosen)
    await expect(linking.locator("main")).to_contain_text(account)
    await linking.get_by_role("button", name="Link these accounts").click()
    await expect(linking.get_by_role("heading", name="Linked")).to_be_visible()
    assert "/undo/" in await undo_address(slack, account)
    answer = slack.locator(later, has_text="ProBook 14").first
    await expect(answer).to_contain_text("active", timeout=20_000)
    await newcomer.reload()
    await expect(newcomer.locator("section", has_text="Linked chat accounts")).to_contain_text(
        ALICE
    )

    await admin.goto(f"{stack.chat}/admin/people?q={name}+slack")
    await expect(admin.get_by_role("row")).to_have_count(2, timeout=10_000)
    await look(admin, artifacts, "people")
    await admin.get_by_role("button", name="Revoke…").click()
    await look(admin, artifacts, "revoke")
    await admin.get_by_role("button", name="Revoke the link").click()
    await expect(admin.get_by_role("status")).to_contain_text(f"The link of {account} is revoked.")

    await newcomer.reload()
    await expect(newcomer.locator("main")).to_contain_text("No chat account is linked to you yet.")
    later = await say(slack, "And PHONE-2021-007?")
    await expect(slack.locator(f"{later} a.button")).to_be_visible(timeout=20_000)
    await admin.goto(f"{stack.chat}/admin/audit")
    log = await admin.locator("main").inner_text()
    for action in ("invited", "signed in", "linked", "revoked"):
        assert action in log
    await look(admin, artifacts, "audit")
