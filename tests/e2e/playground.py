"""Microsoft's Agents Playground as the Teams client, driven in a browser."""

import asyncio
import json
import os
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
from playwright.async_api import Browser, Locator, Page, expect

from tests.clients.node import node_tool
from tests.ports import free_port

BOT = "BizAssist"
TENANT = "00000000-0000-0000-0000-000000000001"
LOOPBACK = Path(__file__).with_name("loopback.cjs")
# A button of a card has no address in the page: it opens a window.
_OPENED = """(button) => new Promise((resolve) => {
  const open = window.open;
  window.open = (url) => { window.open = open; resolve(url); return null; };
  button.click();
})"""
READY_SECONDS = 30
STOP_SECONDS = 5


@dataclass(frozen=True)
class Playground:
    """What a person does in Teams; begins in their personal chat with the bot."""

    page: Page
    endpoint: str
    connector: str
    person: str

    @property
    def cards(self) -> Locator:
        """The Adaptive Cards of the conversation that is open, oldest first."""
        return self.page.locator(".ac-adaptiveCard")

    async def send(self, text: str, *attachments: dict[str, object]) -> None:
        """Send what the Playground has no button for, from the person in their own chat."""
        activity = {
            "type": "message",
            "id": uuid.uuid4().hex,
            "channelId": "msteams",
            "serviceUrl": self.connector,
            "from": _member(self.person),
            "recipient": {"id": f"28:{_id(BOT)}", "name": BOT},
            "conversation": {
                "id": _id(f"{self.person}, personal"),
                "conversationType": "personal",
                "tenantId": TENANT,
            },
            "channelData": {"tenant": {"id": TENANT}},
            "text": text,
            "attachments": list(attachments),
        }
        async with (
            aiohttp.ClientSession() as http,
            http.post(self.endpoint, json=activity) as answered,
        ):
            assert answered.status == HTTPStatus.ACCEPTED

    @property
    def messages(self) -> Locator:
        """The messages of the conversation that is open, oldest first."""
        return self.page.locator(".fai-OutputCard")

    async def open(self, conversation: str) -> None:
        """Go to another conversation, by its name in the list."""
        await self._editor.evaluate("(editor) => { editor.dataset.left = 'yes'; }")
        await self.page.get_by_role("treeitem", name=conversation).click()
        await expect(self.page.locator("[role=textbox][data-left]")).to_have_count(0)

    async def ask(self, text: str, *, mention: bool = False) -> None:
        """Type ``text`` and send it; in a group the bot hears only what mentions it."""
        await self._editor.click()
        if mention:
            await self._editor.press_sequentially(f"@{BOT[:3]}")
            await self.page.get_by_role("menuitem", name=BOT).click()
            await self._editor.press("Space")
        await self._editor.press_sequentially(text)
        await self._editor.press("Enter")

    async def wait_for_text(self, text: str | re.Pattern[str], *, seconds: float = 20) -> None:
        """Until a message shows ``text``."""
        await expect(self.messages.filter(has_text=text).last).to_be_visible(timeout=seconds * 1000)

    async def link(self) -> str:
        """Where the newest "Sign in" button leads; it isn't followed."""
        return str(await self._sign_in.evaluate(_OPENED))

    async def follow_link(self) -> Page:
        """Press the newest "Sign in" button, as a person does."""
        async with self.page.expect_popup() as popup:
            await self._sign_in.click()
        return await popup.value

    @property
    def _editor(self) -> Locator:
        return self.page.get_by_role("textbox").first

    @property
    def _sign_in(self) -> Locator:
        return self.page.get_by_role("button", name="Sign in").last

    async def screenshot(self, path: Path) -> None:
        """Keep what the person sees."""
        await self.page.screenshot(path=path)


@asynccontextmanager
async def playground(
    browser: Browser, endpoint: str, person: str = "alice"
) -> AsyncIterator[Playground]:
    """The Playground in front of the bot at ``endpoint``, on loopback only.

    :param person: who sits in front of it.
    :raises RuntimeError: when it doesn't start.
    """
    port = free_port()
    with TemporaryDirectory() as folder:
        _write_organisation(folder, person)
        process = await _started(endpoint, port, folder)
        try:
            await _listening(process, port)
            page = await browser.new_page()
            await page.goto(f"http://127.0.0.1:{port}/")
            yield Playground(page, endpoint, _connector(port), person)
            await page.close()
        finally:
            await _stopped(process)


def _write_organisation(folder: str, person: str) -> None:
    """The Playground's picture of a tenant: a person, colleagues, and where they can talk."""
    organisation = {
        "version": "0.1.1",
        "tenantId": TENANT,
        "bot": {"id": f"28:{_id(BOT)}", "name": BOT},
        "currentUser": _member(person),
        "users": [_member(f"colleague-{number}") for number in range(5)],  # it insists on five
        "personalChat": {"id": _id(f"{person}, personal")},
        "groupChat": {"id": _id(f"{person}, group"), "name": "Group Chat"},
        "team": {"id": "team", "name": "Team", "aadGroupId": _id("team"), "channels": []},
    }
    Path(folder, ".m365agentsplayground.yml").write_text(json.dumps(organisation))


def _member(person: str) -> dict[str, str]:
    email = f"{person}@example.com"
    return {
        "id": f"29:{person}",
        "name": person.title(),
        "aadObjectId": _id(person),
        "givenName": person.title(),
        "surname": "",
        "userPrincipleName": email,
        "email": email,
    }


def _connector(port: int) -> str:
    return f"http://127.0.0.1:{port}/_connector"


def _id(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


async def _started(endpoint: str, port: int, folder: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *node_tool("agentsplayground"),
        *("start", "--app-endpoint", endpoint, "--channel-id", "msteams", "--disable-telemetry"),
        *("--port", str(port), "--service-url", _connector(port)),
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "NODE_OPTIONS": f"--require={LOOPBACK}",
            "TEAMSAPPTESTER_BROWSER": "none",
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def _listening(process: asyncio.subprocess.Process, port: int) -> None:
    """Until it says that it listens; it says nothing more on its output after that."""
    assert process.stdout is not None
    said = b""
    async with asyncio.timeout(READY_SECONDS):
        while f"Listening on {port}".encode() not in said:
            line = await process.stdout.readline()
            if not line:
                raise RuntimeError(f"the Agents Playground did not start: {said.decode()}")
            said += line


async def _stopped(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()
