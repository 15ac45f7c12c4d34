"""Files in the web chat: chosen, sent, asked about, compared; with scripts and on a phone."""

from pathlib import Path

from playwright.async_api import Browser, FilePayload, Page, expect

from tests.agent.tools.documents import sample_documents
from tests.conftest import Stack
from tests.e2e.axe import assert_accessible
from tests.e2e.people import ask, sign_in


def pdf(name: str, text: str) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": sample_documents.pdf(text)}


async def chat_page(browser: Browser, stack: Stack, **options: object) -> Page:
    page = await (await browser.new_context(**options)).new_page()  # type: ignore[arg-type]
    await page.goto(f"{stack.chat}/auth/login")
    await sign_in(page, "alice", stack.password("alice"))
    await page.wait_for_url(f"{stack.chat}/chat*")
    return page


async def answer_to(page: Page, question: str) -> str:
    turns = await page.locator(".turn").count()
    await ask(page, question)
    turn = page.locator(".turn").nth(turns)
    await expect(turn.locator(".answer:not(.pending)")).to_be_visible(timeout=30_000)
    return await turn.locator(".text").inner_text()


async def test_a_contract_is_attached_asked_about_and_compared(
    browser: Browser, stack: Stack, artifacts: Path
) -> None:
    page = await chat_page(browser, stack)
    await page.set_input_files(
        "#files",
        [pdf("contract.pdf", sample_documents.CONTRACT), pdf("draft.pdf", "An old draft.")],
    )
    await expect(page.locator(".chosen li")).to_have_count(2)
    await page.screenshot(path=artifacts / "files-chosen.png")
    await assert_accessible(page)
    await page.get_by_role("button", name="Remove draft.pdf").click()
    await expect(page.locator(".chosen li")).to_contain_text(["contract.pdf"])

    summary = await answer_to(page, "Summarise this contract")
    for words in ("contract.pdf", "EUR 2,400.00", "31 March 2028", "Contoso Ltd"):
        assert words in summary
    await expect(page.locator(".turn .files a")).to_have_text(["contract.pdf"])
    await expect(page.locator(".chosen li")).to_have_count(0)

    later = await answer_to(page, "What are the key figures in the document?")
    assert "4.5%" in later

    await page.set_input_files("#files", [pdf("contract.pdf", sample_documents.RENEWED)])
    compared = await answer_to(page, "Compare contract.pdf with contract (2).pdf")
    assert "EUR 2,650.00" in compared
    assert "arbitration in Zurich" in compared
    await page.screenshot(path=artifacts / "files-compared.png", full_page=True)
    await assert_accessible(page)

    await page.reload()
    await expect(page.locator(".files a")).to_have_text(["contract.pdf", "contract (2).pdf"])
    async with page.expect_download() as downloading:
        await page.locator(".files a").first.click()
    saved = await (await downloading.value).path()
    assert saved.read_bytes().startswith(b"%PDF-")
    await page.context.close()


async def test_what_cannot_be_sent_is_said_before_it_is_sent(
    browser: Browser, stack: Stack, tmp_path: Path
) -> None:
    page = await chat_page(browser, stack)
    program: FilePayload = {"name": "setup.exe", "mimeType": "", "buffer": b"MZ"}
    await page.set_input_files("#files", [program])

    await expect(page.locator(".problem")).to_contain_text("I can't read setup.exe.")
    await expect(page.locator(".chosen li")).to_have_count(0)
    large = tmp_path / "a.txt"  # as a file: its content would take ten seconds to the browser
    with large.open("wb") as file:
        file.truncate(21 * 1024 * 1024)
    await page.set_input_files("#files", [large])
    await expect(page.locator(".problem")).to_contain_text("at most 20 MB")
    await page.context.close()


async def test_it_fits_a_phone(browser: Browser, stack: Stack, artifacts: Path) -> None:
    page = await chat_page(
        browser, stack, viewport={"width": 360, "height": 740}, color_scheme="dark"
    )
    name = "the-supplier-contract-for-network-maintenance-2026-signed.pdf"
    await page.set_input_files("#files", [pdf(name, sample_documents.CONTRACT)])
    await page.screenshot(path=artifacts / "files-phone-chosen.png")
    await answer_to(page, "Summarise this contract")
    await page.screenshot(path=artifacts / "files-phone.png")

    wide = "() => document.documentElement.scrollWidth - innerWidth"
    assert await page.evaluate(wide) <= 0
    await assert_accessible(page)
    await page.context.close()
