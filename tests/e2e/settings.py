"""What an administrator settles for a workspace, by the form of its page."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, expect

from tests.conftest import Stack
from tests.e2e.people import sign_in


class Settings:
    """The form of one workspace."""

    def __init__(self, page: Page, stack: Stack, workspace: str) -> None:
        self._page = page
        self._stack = stack
        self._workspace = workspace

    async def settle(self, *, channels: str = "", quota: str = "") -> None:
        """Save what holds from now on."""
        change = self._page.get_by_role("button", name=re.compile(f"Change.*{self._workspace}"))
        async with asyncio.timeout(15):  # whoever was linked just now is seen some seconds later
            await self._page.goto(f"{self._stack.chat}/admin/workspaces")
            while not await change.count():
                await asyncio.sleep(0.5)
                await self._page.reload()
        await change.click()
        await self._page.fill("#channels", channels)
        await self._page.fill("#quota", quota)
        await self._page.get_by_role("button", name="Save").click()
        await expect(self._page.get_by_role("status")).to_contain_text("are saved")


@asynccontextmanager
async def settings(browser: Browser, stack: Stack, workspace: str) -> AsyncIterator[Settings]:
    """An administrator at the settings of ``workspace``, which allow everything again at the end.

    :param workspace: what its row begins with, as a regular expression.
    """
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{stack.chat}/admin/workspaces")
    await sign_in(page, "admin", stack.password("admin"))
    form = Settings(page, stack, workspace)
    yield form
    await form.settle()
    await context.close()
