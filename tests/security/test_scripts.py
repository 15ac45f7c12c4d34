"""The page's scripts and templates, and what they do with text that wants to be markup."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Error, expect

from tests.conftest import Stack
from tests.e2e.people import ask, sign_in

ROOT = Path(__file__).parents[2]
DRAFTS = "composer.js"
"""Keeps what isn't sent yet; tests/e2e/test_web_chat.py signs out and finds nothing."""
SCRIPTS = sorted([*ROOT.glob("bots/**/*.js"), *ROOT.glob("identity/**/*.js")])
TEMPLATES = sorted([*ROOT.glob("bots/**/templates/**/*.html"), *ROOT.glob("identity/**/*.html")])
HOSTILE = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script> {{7*7}} hello'


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_runs_no_text_and_listens_to_no_other_window(script: Path) -> None:
    text = script.read_text()
    for word in (
        r"\beval\(",
        r"new Function\b",
        r"document\.write",
        r"\bsetTimeout\(\s*[\"'`]",
        r"postMessage",
        r"addEventListener\(\s*[\"']message",
        r"\bonmessage\b(?<!source\.onmessage)",
        r"document\.domain",
        r"sessionStorage|document\.cookie",
        *([] if script.name == DRAFTS else ["localStorage"]),
    ):
        assert not re.search(word, text), word


def test_a_browser_keeps_drafts_alone_and_only_until_their_owner_signs_out() -> None:
    (script,) = [one for one in SCRIPTS if one.name == DRAFTS]
    kept = set(re.findall(r"localStorage\.setItem\(([\w().]+),", script.read_text()))
    assert kept == {"draft()", "followed"}  # the latter is an address, and removed at once
    assert 'addEventListener("submit", () => forgetDrafts(""))' in script.read_text()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_markup_is_taken_from_the_server_only(script: Path) -> None:
    """Names and questions go in as text; what goes in as markup was rendered and cleaned for it."""
    given = re.findall(r"(?:innerHTML = |insertAdjacentHTML\(\"\w+\", )(\w+)", script.read_text())
    others = set(given) - {"html", "content"}
    assert others == set()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_nothing_that_acts_inline(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"<(object|embed|applet|iframe|frame|base)\b", text)
    assert not re.search(r"<script(?![^>]* src=)", text)
    assert not re.search(r"\s(on\w+|style)=", text)
    assert not re.search(r"(href|src|action)=\"\s*(javascript|data):", text)
    unescaped = set(re.findall(r"{{[^}]*\|\s*safe\s*}}", text))
    cleaned = ("turn.answer", "turn.kept", "source.passage")
    by_nh3 = {f"{{{{ rendered({what}) | safe }}}}" for what in cleaned}
    assert unescaped - by_nh3 == set()


def test_there_is_something_to_look_at() -> None:
    assert len(SCRIPTS) >= 1
    assert len(TEMPLATES) >= 10
    assert any("innerHTML = " in script.read_text() for script in SCRIPTS)
    assert any("| safe }}" in template.read_text() for template in TEMPLATES)


async def test_a_question_that_wants_to_be_markup_stays_a_question(
    browser: Browser, stack: Stack
) -> None:
    page = await (await browser.new_context()).new_page()
    await page.goto(f"{stack.chat}/auth/login")
    await sign_in(page, "alice", stack.password("alice"))
    await ask(page, HOSTILE)
    await expect(page.locator(".turn .answer:not(.pending)")).to_be_visible(timeout=20_000)
    # While it was written, and from the server once it is there; in the list of conversations too.
    for _ in range(2):
        await expect(page.locator(".question")).to_have_text(HOSTILE)
        await expect(page.locator(".conversations")).to_contain_text("<img src=x")
        assert await page.locator(".turn img, .turn script, .conversations img").count() == 0
        assert await page.evaluate("window.pwned") is None
        await page.reload()

    # Where markup did get in, the policy would still let nothing of it run.
    with pytest.raises(Error):
        await page.add_script_tag(content="window.pwned = 2")
    await page.evaluate(
        "() => { const e = document.createElement('div');"
        " e.innerHTML = '<img src=x onerror=\"window.pwned=3\">'; document.body.append(e) }"
    )
    await page.wait_for_timeout(300)
    assert await page.evaluate("window.pwned") is None
    await page.context.close()
