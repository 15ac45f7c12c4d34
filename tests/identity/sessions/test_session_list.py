"""Where I am signed in: seen from any browser, and ended from it."""

import pytest

from identity.sessions.browser_name import browser_name
from identity.sessions.session_store import row_key
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.browser import Browser
from tests.identity.fresh_accounts import FreshAccount

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"


async def test_one_session_is_this_browsers(person: FreshAccount) -> None:
    page = await person.me()
    assert page.text.count("This browser") == 1
    assert "You are signed in nowhere else" in page.text
    assert "/me/sessions/end" not in {form.action for form in page.forms}


async def test_another_browser_is_seen_and_signed_out(
    application: IdentityApplication, deployment: Deployment, person: FreshAccount
) -> None:
    async with Browser(deployment.url) as phone:
        at_pool = await phone.get("/auth/login")
        callback = await phone.sign_in(
            at_pool, person.username, deployment.passwords[person.username], follow=False
        )
        await phone.get(callback.headers["Location"], user_agent=FIREFOX)
        assert (await phone.get("/chat")).text == f"hello {person.username}"

        page = await person.me()
        assert "Firefox on Windows" in page.text
        assert phone.cookie
        assert phone.cookie not in page.text
        done = await person.browser.submit(page, "/me/sessions/end")
        assert "That browser is signed out." in done.text
        assert "Firefox on Windows" not in done.text
        assert (await phone.get("/chat")).text == "hello stranger"
    assert (await person.browser.get("/chat")).text == f"hello {person.username}"


async def test_every_other_browser_is_signed_out_at_once(
    application: IdentityApplication, deployment: Deployment, person: FreshAccount
) -> None:
    async with Browser(deployment.url) as phone, Browser(deployment.url) as tablet:
        for one in (phone, tablet):
            await application.web_sign_in(one, person.username)
        done = await person.browser.submit(await person.me(), "/me/sessions/end-others")
        assert "Every other browser is signed out." in done.text
        for one in (phone, tablet):
            assert (await one.get("/chat")).text == "hello stranger"
    assert "You are signed in nowhere else" in (await person.me()).text


async def test_nobody_sees_or_ends_another_persons_session(
    deployment: Deployment, person: FreshAccount, other: FreshAccount
) -> None:
    assert other.browser.cookie
    foreign = row_key(other.browser.cookie)
    page = await person.me()
    assert foreign not in page.text
    token = page.form("/auth/logout").fields["csrf_token"]
    for session in (foreign, other.browser.cookie, "", "nowhere"):
        fields = {"csrf_token": token, "session": session}
        assert (await person.browser.post("/me/sessions/end", fields)).status == 404
    await person.browser.post("/me/sessions/end-others", {"csrf_token": token})
    assert (await other.browser.get("/chat")).text == f"hello {other.username}"


async def test_ending_the_own_session_signs_out(person: FreshAccount) -> None:
    assert person.browser.cookie
    token = (await person.me()).form("/auth/logout").fields["csrf_token"]
    fields = {"csrf_token": token, "session": row_key(person.browser.cookie)}
    await person.browser.post("/me/sessions/end", fields, follow=False)
    assert (await person.browser.get("/chat")).text == "hello stranger"


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/19.0 Safari/605.1", "Safari on Mac"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/150.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19 like Mac OS X) CriOS/150", "Chrome on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/150.0 Safari/537.36 Edg/150.0", "Edge on Linux"),
        ("<script>alert(1)</script>", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_described_in_our_words(user_agent: str, words: str) -> None:
    assert browser_name(user_agent) == words
