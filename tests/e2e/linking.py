"""What the linking tests do in the chat and on the pages, and what they judge there."""

import json
import re
import secrets
from pathlib import Path

import boto3
from playwright.async_api import Locator, Page, expect

from tests.conftest import Stack
from tests.e2e.axe import assert_accessible

ALICE = "U0ALICE0000"
QUESTION = "Is serial LAPTOP-2024-001 still under warranty?"
WORKSPACE = "<script>alert(1)</script> Acme"
USER = "\u202emoc.elpmaxe\u2066 <img src=x onerror=alert(2)>"
PHONE = {"width": 360, "height": 740}


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


async def say(slack: Page, text: str) -> str:
    """Write a message; what is returned finds all that came after it."""
    text = f"{text} ({secrets.token_hex(4)})"
    await slack.fill("#compose textarea", text)
    await slack.click("#compose button")
    return f"#messages article:has-text({json.dumps(text)}) ~ article"


async def invited(slack: Page, stack: Stack, aws: boto3.Session) -> tuple[str, Page]:
    """Ask while nobody is linked, and open the private link that comes back."""
    forget_links(stack, aws, ALICE)
    await slack.goto(f"{stack.slack}/?as={ALICE}")
    later = await say(slack, QUESTION)
    invitation = slack.locator(f"{later} a.button").first
    await expect(invitation).to_be_visible(timeout=15_000)
    return later, await follow(slack, invitation)


async def undo_address(slack: Page, account: str) -> str:
    """What the receipt offers to whoever was linked, where the first waiting question was asked."""
    receipt = slack.locator("#messages article", has_text=f"Linked as {account}").last
    await expect(receipt).to_contain_text("Not you? Undo:", timeout=15_000)
    found = re.search(r"https?://\S+/undo/[0-9a-f]{64}", await receipt.inner_text())
    assert found
    return found[0]


async def follow(slack: Page, link: Locator) -> Page:
    async with slack.expect_popup() as opened:
        await link.click()
    page = await opened.value
    await page.wait_for_load_state()
    return page


def forget_links(stack: Stack, aws: boto3.Session, chat_user: str) -> None:
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
    await expect(main).to_contain_text("⟨U+202E⟩moc.elpmaxe⟨U+2066⟩ <img src=x onerror=alert(2)>")
    assert await main.locator("script, img").count() == 0
    assert not set(await page.content()) & set("\u202e\u2066")
    await look(page, artifacts, f"hostile-{name}")
