"""Slack, played by its double: ask, link privately, and read the answer to what was asked."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bizassist.local.slack.team import NORTHWIND
from tests.conftest import Stack, dev_stack
from tests.e2e.people import confirm_link, sign_in
from tests.e2e.settings import settings

QUESTION = "Is serial LAPTOP-2024-001 still under warranty?"
ALICE, ADMIN = "U0ALICE0000", "U0ADMIN0000"


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A product in which nobody has been linked and nothing has been said."""
    async with dev_stack(tmp_path_factory.mktemp("slack") / "state") as running:
        yield running


async def say(page: Page, text: str) -> None:
    await page.fill("#compose textarea", text)
    await page.click("#compose button")


async def linked(page: Page, stack: Stack, user: str, person: str) -> None:
    """Link somebody who isn't yet, and see that a question of theirs is answered."""
    await page.goto(f"{stack.slack}/?as={user}")
    await say(page, "Hello")
    invitation = page.locator("#messages article:last-child a.button")
    answer = page.locator("#messages article", has_text="Hello! I'm BizAssist").last
    await expect(invitation.or_(answer)).to_be_visible(timeout=20_000)
    if await invitation.count():
        await link(page, stack, person)
        await expect(answer).to_be_visible(timeout=20_000)


async def link(page: Page, stack: Stack, person: str) -> Page:
    """Follow the sign-in button to the end; the page that says so is returned."""
    async with page.expect_popup() as opened:
        await page.locator("#messages a.button").last.click()
    linking = await opened.value
    await linking.locator(".actions .button").first.click()
    await sign_in(linking, person, stack.password(person))
    await confirm_link(linking)
    return linking


async def test_the_question_asked_before_linking_is_answered_after_it(
    browser: Browser, stack: Stack, artifacts: Path
) -> None:
    page = await (await browser.new_context()).new_page()
    await page.goto(f"{stack.slack}/?as={ALICE}&in=C0GENERAL00")

    await say(page, f"/bizassist {QUESTION}")
    private = page.locator("#messages .private")
    await expect(private.locator("a.button")).to_be_visible(timeout=15_000)
    linking = await link(page, stack, "alice")
    await linking.screenshot(path=artifacts / "slack-linked.png")

    answer = page.locator("#messages .private", has_text="ProBook 14")
    await expect(answer).to_contain_text("active", timeout=20_000)
    await page.screenshot(path=artifacts / "slack-command.png")

    # Everybody else in the channel has seen none of it.
    await page.goto(f"{stack.slack}/?as={ADMIN}&in=C0GENERAL00")
    await expect(page.locator("#messages")).to_contain_text("Nothing here yet")
    await page.context.close()


async def test_messages_and_mentions_are_answered_in_their_thread(
    browser: Browser, stack: Stack, artifacts: Path
) -> None:
    page = await (await browser.new_context()).new_page()
    await page.goto(f"{stack.slack}/?as={ADMIN}")
    await say(page, "Is PHONE-2021-007 still under warranty?")
    await expect(page.locator("#messages a.button")).to_be_visible(timeout=15_000)
    await link(page, stack, "admin")
    answer = page.locator("#messages article", has_text="One X phone")
    await expect(answer).to_contain_text("expired", timeout=20_000)
    await page.screenshot(path=artifacts / "slack-direct-message.png")

    await page.goto(f"{stack.slack}/?as={ADMIN}&in=C0GENERAL00")
    await say(page, "@BizAssist Is TABLET-2023-042 still under warranty?")
    answer = page.locator("#messages article", has_text="Slate 11 tablet")
    await expect(answer).to_contain_text("void", timeout=20_000)
    await page.screenshot(path=artifacts / "slack-mention.png")
    await page.context.close()


async def test_a_channel_that_is_not_allowed_is_told_to_its_asker_alone(
    browser: Browser, stack: Stack, artifacts: Path
) -> None:
    page = await (await browser.new_context()).new_page()
    await linked(page, stack, ALICE, "alice")
    async with settings(browser, stack, NORTHWIND.name) as workspace:
        await workspace.settle(channels="C0ELSEWHERE")
        await page.goto(f"{stack.slack}/?as={ALICE}&in=C0GENERAL00")
        await say(page, "@BizAssist Is PHONE-2021-007 still under warranty?")
        await page.goto(f"{stack.slack}/?as={ALICE}")
        notice = page.locator("#messages article", has_text="questions in this channel")
        await expect(notice).to_contain_text("ask me in a direct message", timeout=15_000)
        await page.screenshot(path=artifacts / "slack-channel-refused.png")

        await page.goto(f"{stack.slack}/?as={ALICE}&in=C0GENERAL00")
        await say(page, "/bizassist Is PHONE-2021-007 still under warranty?")
        private = page.locator("#messages .private", has_text="questions in this channel")
        await expect(private).to_be_visible(timeout=15_000)

        # Where it is allowed, it is answered; and nobody else has heard of any of it.
        await page.goto(f"{stack.slack}/?as={ALICE}")
        await say(page, "Is PHONE-2021-007 still under warranty?")
        answer = page.locator("#messages article", has_text="One X phone")
        await expect(answer).to_contain_text("expired", timeout=20_000)
    await page.goto(f"{stack.slack}/?as={ADMIN}&in=C0GENERAL00")
    await expect(page.locator("#messages")).to_contain_text("@BizAssist Is PHONE-2021-007")
    for told in ("questions in this channel", "One X phone"):
        await expect(page.locator("#messages")).not_to_contain_text(told)
    await page.context.close()


async def test_who_has_used_up_a_quota_is_told_so_and_nobody_else(
    browser: Browser, stack: Stack, artifacts: Path
) -> None:
    page = await (await browser.new_context()).new_page()
    await linked(page, stack, ALICE, "alice")
    async with settings(browser, stack, NORTHWIND.name) as workspace:
        await workspace.settle(quota="1")
        await page.goto(f"{stack.slack}/?as={ALICE}")
        await say(page, "Is TABLET-2023-042 still under warranty?")
        answer = page.locator("#messages article", has_text="Slate 11 tablet")
        await expect(answer).to_contain_text("void", timeout=20_000)
        await page.goto(f"{stack.slack}/?as={ALICE}&in=C0GENERAL00")
        await say(page, "@BizAssist Is LAPTOP-2024-001 under warranty, my second question?")
        await page.goto(f"{stack.slack}/?as={ALICE}")
        notice = page.locator("#messages article", has_text="used up today's questions")
        await expect(notice).to_contain_text("your administrator allows 1 a day", timeout=15_000)
        await page.screenshot(path=artifacts / "slack-quota.png")
        # A raised quota holds for the next question.
        await workspace.settle(quota="2")
        await say(page, "Is LAPTOP-2024-001 still under warranty?")
        answer = page.locator("#messages article", has_text="ProBook 14").last
        await expect(answer).to_contain_text("active", timeout=20_000)
    await page.goto(f"{stack.slack}/?as={ADMIN}&in=C0GENERAL00")
    await expect(page.locator("#messages")).to_contain_text("my second question")
    await expect(page.locator("#messages")).not_to_contain_text("used up today's questions")
    await page.context.close()


async def test_what_is_the_askers_alone_is_answered_to_them_alone(
    browser: Browser, stack: Stack, artifacts: Path
) -> None:
    page = await (await browser.new_context()).new_page()
    await linked(page, stack, ALICE, "alice")
    await say(page, "Remember that my printer is named Gutenberg.")
    await expect(page.locator("#messages article", has_text="Noted").last).to_be_visible(
        timeout=20_000
    )

    await page.goto(f"{stack.slack}/?as={ALICE}&in=C0GENERAL00")
    await say(page, "@BizAssist What do you know about me?")
    line = page.locator("#messages article", has_text="answered you privately")
    await expect(line).to_be_visible(timeout=20_000)
    await page.screenshot(path=artifacts / "slack-answered-privately.png")
    await page.goto(f"{stack.slack}/?as={ALICE}")
    theirs = page.locator("#messages article", has_text="Gutenberg").last
    await expect(theirs).to_be_visible(timeout=20_000)
    await page.screenshot(path=artifacts / "slack-private-answer.png")

    await page.goto(f"{stack.slack}/?as={ADMIN}&in=C0GENERAL00")
    await expect(page.locator("#messages")).to_contain_text("answered you privately")
    await expect(page.locator("#messages")).not_to_contain_text("Gutenberg")
    await page.context.close()


async def test_what_needs_approval_is_decided_by_the_askers_click_and_nobody_else_sees_it(
    browser: Browser, stack: Stack, artifacts: Path
) -> None:
    page = await (await browser.new_context()).new_page()
    await linked(page, stack, ADMIN, "admin")
    await page.goto(f"{stack.slack}/?as={ADMIN}&in=C0GENERAL00")
    await say(page, "@BizAssist Which devices does alice@example.com have? Find serial numbers.")
    line = page.locator("#messages article", has_text="answered you privately")
    await expect(line).to_be_visible(timeout=20_000)

    await page.goto(f"{stack.slack}/?as={ADMIN}")
    asked = page.locator("#messages article", has_text="Find serial numbers needs your approval")
    await expect(asked).to_contain_text("alice@example.com", timeout=20_000)
    await page.screenshot(path=artifacts / "slack-approval.png")
    await asked.locator("button", has_text="Approve").click()
    decided = page.locator("#messages article", has_text="You approved this: find serial numbers.")
    await expect(decided).to_be_visible(timeout=20_000)
    answer = page.locator("#messages article", has_text="LAPTOP-2024-001").last
    await expect(answer).to_be_visible(timeout=20_000)
    await page.screenshot(path=artifacts / "slack-approved.png")

    await page.goto(f"{stack.slack}/?as={ALICE}&in=C0GENERAL00")
    for secret in ("LAPTOP-2024-001 and", "needs your approval", "You approved this."):
        await expect(page.locator("#messages")).not_to_contain_text(secret)
    await page.context.close()
