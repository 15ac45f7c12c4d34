"""Pictures of every page in light, dark and on a phone, with 0, 3 and 300 rows.

``make screenshots`` starts a product of its own and leaves them in ``tests/artifacts/screenshots``.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

import boto3
from playwright.async_api import Browser, Page, async_playwright

from bots.web.new_id import new_id
from bots.web.transcripts import Transcripts
from identity.audit_log import AuditLog
from identity.executor import Executor
from tests.chromium import chromium_path
from tests.conftest import ROOT, Stack, dev_stack
from tests.e2e.people import sign_in
from tests.e2e.written_turns import subject_of

FOLDER = ROOT / "tests" / "artifacts" / "screenshots"
ROWS = (0, 3, 300)
PERSON = "admin"
PAGES = {
    "chat": "/chat",
    "account": "/me",
    "setup": "/admin/setup",
    "people": "/admin/people",
    "invite": "/admin/invite",
    "workspaces": "/admin/workspaces",
    "rights": "/admin/rights",
    "usage": "/admin/usage",
    "audit": "/admin/audit",
}
LOOKS = {"light": ("light", 1280, 900), "dark": ("dark", 1280, 900), "phone": ("light", 390, 844)}


async def add_rows(stack: Stack, aws: boto3.Session, execute: Executor, count: int) -> str:
    """So many conversations and entries of the audit log; the id of one conversation."""
    dynamodb, known = aws.client("dynamodb"), stack.parameters
    subject = await asyncio.to_thread(subject_of, stack, aws, PERSON)
    transcripts = Transcripts(dynamodb, execute, known["transcripts_table"])
    audit = AuditLog(dynamodb, known["audit_table"], execute)
    conversation = new_id()
    for number in range(count):
        place = (subject, conversation if number == 0 else new_id(), new_id())
        await transcripts.ask(*place, f"Question {number} about something long to say")
        await transcripts.answered(*place, "| Year | Sum |\n|--|--:|\n| 2026 | 1,234.50 |\n\nPaid.")
        await audit.write(
            "revoked", by=PERSON, about=f"person-{number}@example.com", detail="slack"
        )
    return conversation


async def look_at(page: Page, stack: Stack, paths: dict[str, str], rows: int) -> None:
    """Each page in each look."""
    for look, (colours, width, height) in LOOKS.items():
        await page.set_viewport_size({"width": width, "height": height})
        await page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
        for name, path in paths.items():
            await page.goto(f"{stack.chat}{path}")
            await page.screenshot(path=FOLDER / f"{name}-{rows}-{look}.png")


async def photograph(browser: Browser, stack: Stack, aws: boto3.Session) -> None:
    """Every page, before and after there is something on it."""
    page, execute = await browser.new_page(), Executor(4)
    await look_at(page, stack, {"welcome": "/chat"}, 0)
    await page.goto(f"{stack.chat}/auth/login?next=/chat")
    await sign_in(page, PERSON, stack.password(PERSON))
    await page.wait_for_url(f"{stack.chat}/chat*")
    there = 0
    for rows in ROWS:
        conversation = await add_rows(stack, aws, execute, rows - there)
        there = rows
        opened = {"conversation": f"/chat/{conversation}"} if rows else {}
        await look_at(page, stack, PAGES | opened, rows)
    execute.close()


async def main() -> int:
    """Take them all; how many there are is said at the end."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with dev_stack(Path(folder) / "state") as stack, async_playwright() as playwright:
            path = chromium_path(playwright.chromium.executable_path)
            browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            await photograph(browser, stack, session_of(stack))
            await browser.close()
    sys.stdout.write(f"{len(list(FOLDER.glob('*.png')))} pictures are in {FOLDER}\n")
    return 0


def session_of(stack: Stack) -> boto3.Session:
    """A session of boto3 whose clients all go to the running stack's AWS."""
    session = boto3.Session("local", "local", region_name=stack.region)
    made = session.client

    def client(service: str) -> object:
        return made(service, endpoint_url=stack.aws)  # type: ignore[call-overload]

    session.client = client  # type: ignore[method-assign, assignment]
    return session


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
