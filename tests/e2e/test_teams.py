"""Teams, played by Microsoft's own Playground: ask, link privately, read the answer."""

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.conftest import Stack
from tests.e2e.people import confirm_link, sign_in
from tests.e2e.playground import Playground, playground

QUESTION = "Is serial LAPTOP-2024-001 still under warranty?"
SIGN_IN = "Please sign in once"


async def link(client: Playground, stack: Stack, person: str) -> None:
    """Press the button and follow it to the end."""
    await client.wait_for_text(SIGN_IN)
    page = await client.follow_link()
    await page.locator(".actions .button").first.click()
    await sign_in(page, person, stack.password(person))
    await confirm_link(page)
    await page.close()


async def test_the_question_asked_before_linking_is_answered_after_it(
    browser: Browser, stack: Stack, artifacts: Path
) -> None:
    async with playground(browser, f"{stack.chat}/api/messages", "alice") as client:
        await client.wait_for_text("Hello!")
        await client.ask(QUESTION)
        await client.wait_for_text(SIGN_IN)
        assert (await client.link()).startswith(f"{stack.chat}/link/")
        await client.screenshot(artifacts / "teams-sign-in.png")

        await link(client, stack, "alice")
        answer = client.messages.filter(has_text="ProBook 14")
        await expect(answer).to_contain_text("active", timeout=20_000)
        await expect(answer).to_contain_text("LAPTOP-2024-001")
        await expect(client.messages.filter(has_text="Thinking")).to_have_count(0)
        await client.screenshot(artifacts / "teams-answer.png")


async def test_in_a_group_the_link_is_private_and_the_answer_is_not(
    browser: Browser, stack: Stack, artifacts: Path
) -> None:
    async with playground(browser, f"{stack.chat}/api/messages", "admin") as client:
        await client.open("Group Chat")
        await client.ask("Is PHONE-2021-007 still under warranty?", mention=True)

        await client.open("Personal Chat")
        await link(client, stack, "admin")
        await expect(client.messages.filter(has_text="One X phone")).to_have_count(0)

        await client.open("Group Chat")
        answer = client.messages.filter(has_text="One X phone")
        await expect(answer).to_contain_text("expired", timeout=20_000)
        await expect(client.messages.filter(has_text=SIGN_IN)).to_have_count(0)
        await client.screenshot(artifacts / "teams-group.png")
