"""Teams, played by Microsoft's own Playground: ask, link privately, read the answer."""

from pathlib import Path

from playwright.async_api import Browser, expect

from bots.teams.incoming.shared_files import DOWNLOAD
from tests.conftest import Stack
from tests.e2e.people import confirm_link, sign_in
from tests.e2e.playground import TENANT, Playground, playground
from tests.e2e.settings import settings

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


async def linked(client: Playground, stack: Stack, person: str) -> None:
    """Link whoever has just said hello and isn't linked yet, and see the answer."""
    answer = client.messages.filter(has_text="I'm BizAssist").last
    asked = client.messages.filter(has_text=SIGN_IN).last
    await expect(answer.or_(asked)).to_be_visible(timeout=20_000)
    if await asked.count():
        await link(client, stack, person)
        await expect(answer).to_be_visible(timeout=20_000)


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
        for shown in ("AI generated", "Like", "Dislike", "Tell me more about this"):
            await expect(client.page.get_by_role("button", name=shown, exact=True)).to_be_visible()
        await expect(answer).to_contain_text("LAPTOP-2024-001")
        await expect(client.messages.filter(has_text="Thinking")).to_have_count(0)
        await client.screenshot(artifacts / "teams-answer.png")
        await judge(client, artifacts)
        await send_files(client, artifacts)


async def judge(client: Playground, artifacts: Path) -> None:
    """A thumb below the answer opens a form, and what is said there is taken.

    The Playground doesn't say of which message, as Teams does: that it is kept is told
    by tests/bots/teams/test_invokes.py.
    """
    await client.page.get_by_role("button", name="Like", exact=True).last.click()
    form = client.page.get_by_role("dialog")
    await form.get_by_role("textbox").fill("I could see where it comes from.")
    await client.screenshot(artifacts / "teams-thumb.png")
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_contain_text("Thank", timeout=20_000)
    await client.screenshot(artifacts / "teams-judged.png")
    await form.get_by_role("button", name="close").first.click()


async def approve(client: Playground, artifacts: Path) -> None:
    """What needs approval is asked by a card; one click decides, and the answer goes on."""
    await client.ask("Find serial numbers of the devices of the customer alice@example.com")
    card = client.cards.filter(has_text="needs your approval").last
    await expect(card).to_contain_text("alice@example.com", timeout=60_000)
    await client.screenshot(artifacts / "teams-approval.png")
    await card.get_by_role("button", name="Approve").click()
    await client.wait_for_text("You approved this", seconds=60)
    await client.wait_for_text("ProBook 14 laptop", seconds=60)
    await expect(client.page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    await client.screenshot(artifacts / "teams-approved.png")


async def send_files(client: Playground, artifacts: Path) -> None:
    """What comes with a message and can't be read is named; the question is answered all the same.

    The Playground attaches nothing by itself, so what Teams would send is sent in its name.
    """
    content = {"downloadUrl": "https://files.example/offer.pdf", "uniqueId": "1", "fileType": "pdf"}
    await client.send(
        "Is TABLET-2023-042 still under warranty?",
        {"contentType": DOWNLOAD, "name": "offer.pdf", "content": content},
        {"contentType": "image/*", "contentUrl": f"{client.connector}/v3/attachments/1"},
    )
    await client.wait_for_text("I can't read offer.pdf", seconds=60)
    await client.wait_for_text("I can't read the picture", seconds=60)
    await client.wait_for_text("Slate 11", seconds=60)
    await client.screenshot(artifacts / "teams-files.png")


async def test_in_a_group_the_link_is_targeted_at_its_asker_and_the_answer_is_not(
    browser: Browser, stack: Stack, artifacts: Path
) -> None:
    """The Playground has one person, whose view of the group it shows: hidden from others is told
    by tests/bots/teams/test_private_message.py."""
    async with playground(browser, f"{stack.chat}/api/messages", "admin") as client:
        await client.open("Group Chat")
        await client.ask("Is PHONE-2021-007 still under warranty?", mention=True)
        await link(client, stack, "admin")
        answer = client.messages.filter(has_text="One X phone")
        await expect(answer).to_contain_text("expired", timeout=20_000)
        await client.screenshot(artifacts / "teams-group.png")

        await client.open("Personal Chat")
        await expect(client.messages.filter(has_text="One X phone")).to_have_count(0)
        await approve(client, artifacts)


async def test_what_is_not_allowed_in_a_group_is_told_to_its_asker(
    browser: Browser, stack: Stack, artifacts: Path
) -> None:
    async with (
        playground(browser, f"{stack.chat}/api/messages", "alice") as client,
        settings(browser, stack, TENANT) as workspace,
    ):
        await client.ask("Hello")
        await linked(client, stack, "alice")
        await workspace.settle(channels="19:elsewhere@thread.v2")
        await client.open("Group Chat")
        await client.ask("Is PHONE-2021-007 still under warranty?", mention=True)
        await client.wait_for_text("I don't answer questions in this channel.")
        await client.screenshot(artifacts / "teams-channel-refused.png")

        await workspace.settle(quota="1")
        await client.open("Personal Chat")
        await client.ask("Is PHONE-2021-007 still under warranty?")
        await client.wait_for_text("One X phone")
        await client.open("Group Chat")
        await client.ask("Is TABLET-2023-042 still under warranty?", mention=True)
        await client.wait_for_text("You have used up today's questions")
        await client.screenshot(artifacts / "teams-quota.png")
        for told in ("One X phone", "Slate 11"):
            await expect(client.messages.filter(has_text=told)).to_have_count(0)
