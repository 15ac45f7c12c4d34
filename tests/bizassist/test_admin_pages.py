"""``/admin/setup``: the checklist of the running product, and the files it hands out."""

import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, expect

from tests.conftest import Stack
from tests.person import Person, signed_in

APP_ID = "00000000-0000-0000-0000-000000000b07"
PAGES = ("/admin/setup", "/admin/setup/slack-manifest.json", "/admin/setup/teams-app.zip")


@pytest.mark.parametrize("page", PAGES)
async def test_a_stranger_signs_in_first(stack: Stack, page: str) -> None:
    async with Person() as person:
        shown = await person.open(f"{stack.chat}{page}?app_id={APP_ID}")

    assert "/oauth2/authorize" in str(shown.url)


@pytest.mark.parametrize("page", PAGES)
async def test_an_employee_gets_nothing(stack: Stack, page: str) -> None:
    async with signed_in(stack, "alice") as alice:
        shown = await alice.open(f"{stack.chat}{page}?app_id={APP_ID}")

    assert shown.status_code == 403


async def test_every_part_of_the_running_product_works(stack: Stack) -> None:
    async with signed_in(stack, "admin") as admin:
        await admin.open(f"{stack.chat}/admin/setup")

        said = admin.text()

    assert "Everything that is set up works." in said
    assert "Broken" not in said
    assert "1 signing key published" in said or "2 signing keys published" in said
    assert "lets nobody in without a token" in said
    assert "3 strategies active" in said
    assert "Connected to" in said


async def test_slacks_manifest_has_this_deployments_addresses(stack: Stack) -> None:
    async with signed_in(stack, "admin") as admin:
        page = await admin.open(f"{stack.chat}/admin/setup")
        file = await admin.open(f"{stack.chat}/admin/setup/slack-manifest.json")

    manifest = json.loads(file.text)
    (command,) = manifest["features"]["slash_commands"]
    assert command["url"] == f"{stack.chat}/slack/commands"
    settings = manifest["settings"]
    assert settings["event_subscriptions"]["request_url"] == f"{stack.chat}/slack/events"
    assert settings["interactivity"]["request_url"] == f"{stack.chat}/slack/interactions"
    assert manifest["oauth_config"]["redirect_urls"] == [f"{stack.chat}/slack/oauth_redirect"]
    assert f"{stack.chat}/slack/events" in page.text


async def test_the_teams_package_is_whole(stack: Stack) -> None:
    async with signed_in(stack, "admin") as admin:
        file = await admin.open(f"{stack.chat}/admin/setup/teams-app.zip?app_id={APP_ID}")
        refused = await admin.open(f"{stack.chat}/admin/setup/teams-app.zip?app_id=nonsense")

    assert 'filename="teams-app.zip"' in file.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(file.content)) as package:
        assert sorted(package.namelist()) == ["color.png", "manifest.json", "outline.png"]
        manifest = json.loads(package.read("manifest.json"))
    assert manifest["bots"][0]["botId"] == manifest["id"] == APP_ID
    assert manifest["validDomains"] == ["127.0.0.1"]
    assert refused.status_code == 400
    assert "a GUID" in refused.text


async def test_the_icons_are_images_of_the_sizes_that_teams_wants(
    stack: Stack, browser: Browser
) -> None:
    from bots.teams.app_package import app_package

    package = zipfile.ZipFile(
        io.BytesIO(app_package(APP_ID, "https://bot.example.com", datetime.now(UTC)))
    )
    page = await browser.new_page()
    for name, side in (("color.png", 192), ("outline.png", 32)):
        bits = package.read(name)
        await page.set_content(f'<img src="data:image/png;base64,{_base64(bits)}">')
        image = page.locator("img")
        await expect(image).to_be_visible()
        assert await image.evaluate("async i => (await i.decode(), i.naturalWidth)") == side
    await page.close()


def _base64(content: bytes) -> str:
    import base64

    return base64.b64encode(content).decode()
