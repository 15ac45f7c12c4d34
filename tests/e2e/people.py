"""What a person does in a browser: sign in on the user pool's page, confirm a link, ask."""

from playwright.async_api import Page, expect


async def sign_in(page: Page, username: str, password: str) -> None:
    """Fill in the user pool's own sign-in page."""
    await page.fill("input[name=username]", username)
    await page.fill("input[name=password]", password)
    await page.click("button[type=submit], input[type=submit]")


async def ask(page: Page, question: str) -> None:
    """Type a question into the web chat and send it."""
    await page.fill("#text", question)
    await page.wait_for_load_state("load")  # before it, no script takes the Enter key
    await page.press("#text", "Enter")


async def confirm_link(page: Page) -> None:
    """Read who is to be linked to whom, and agree."""
    await expect(page.locator("main")).to_contain_text("@example.com")
    await page.locator("form[action='/link/confirm'] button[type=submit]").first.click()
    await expect(page.locator("h1")).to_contain_text("linked", ignore_case=True)
