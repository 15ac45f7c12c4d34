"""An administrator at their browser, and somebody who is linked."""

import secrets
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from identity.people import ChatUser, Names
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.browser import Browser


@pytest_asyncio.fixture
async def admin(application: IdentityApplication, deployment: Deployment) -> AsyncIterator[Browser]:
    """An administrator who is signed in."""
    async with Browser(deployment.url) as browser:
        await application.web_sign_in(browser, "admin")
        yield browser


@pytest_asyncio.fixture
async def employee(
    application: IdentityApplication, deployment: Deployment
) -> AsyncIterator[Browser]:
    """Somebody who is signed in and no administrator."""
    async with Browser(deployment.url) as browser:
        await application.web_sign_in(browser, "alice")
        yield browser


@pytest.fixture(autouse=True)
def nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table is read anew for each page; outside of tests that is some seconds later."""
    monkeypatch.setattr("identity.directory.linked_people.STALE", -1.0)
    monkeypatch.setattr("identity.directory.linked_people.FRESH", -1.0)


@pytest.fixture(autouse=True)
def asked_anew(application: IdentityApplication) -> None:
    """What another test's clock made of it is forgotten."""
    group = application.identity.administrators._group
    group._read_at = group._failed = float("-inf")


@pytest.fixture
def chat_user() -> ChatUser:
    return ChatUser("slack", "T1", f"U{secrets.token_hex(5).upper()}")


async def linked(
    application: IdentityApplication, deployment: Deployment, chat_user: ChatUser, names: Names
) -> None:
    """Link a chat user of these names to alice."""
    async with Browser(deployment.url) as browser:
        url = await application.link_url(chat_user, names)
        page = await application.to_confirmation(browser, url, "alice")
        await browser.submit(page, "/link/confirm", answer="link")
