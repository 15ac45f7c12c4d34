"""Signing in to the web pages, and signing out of them and of the user pool."""

from urllib.parse import parse_qs, quote, urlsplit

import pytest

from identity.errors import SignInUnavailable
from identity.people import ChatUser
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.browser import Browser


async def test_signing_in_begins_a_session_and_stores_a_link(
    application: IdentityApplication, deployment: Deployment, alice: Browser
) -> None:
    page = await application.web_sign_in(alice, "alice")
    assert page.url == f"{deployment.url}/chat"
    assert page.text == "hello alice"

    link = application.linked[-1]
    assert link.chat_user == ChatUser("web", deployment.settings.user_pool_id, link.subject)
    stored = await application.identity.links.active(link.chat_user)
    assert stored == link
    token = await application.identity.tokens.access_token(link)
    account = await application.identity.token_verifier.verify_access_token(token)
    assert account.subject == link.subject


async def test_signing_in_ends_the_session_that_was_there_before(
    application: IdentityApplication, deployment: Deployment, alice: Browser
) -> None:
    """Whoever planted or saw the cookie before the sign-in has nothing afterwards (fixation)."""
    await alice.get("/auth/login", follow=False)
    before = alice.cookie
    assert before
    await application.web_sign_in(alice, "alice")
    after = alice.cookie
    assert after not in (None, before)
    assert deployment.session_row(before) is None

    await application.web_sign_in(alice, "alice")
    assert alice.cookie != after
    assert after
    assert deployment.session_row(after) is None


async def test_the_cookie_has_every_lock_on_it(
    application: IdentityApplication, alice: Browser
) -> None:
    answer = await alice.get("/auth/login", follow=False)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-bizassist=")
    flags = {part.strip() for part in cookie.split(";")[1:]}
    assert flags == {"HttpOnly", "Secure", "Path=/", "SameSite=Lax"}


async def test_signing_out_ends_both_sessions(
    application: IdentityApplication, deployment: Deployment, alice: Browser
) -> None:
    await application.web_sign_in(alice, "alice")
    cookie = alice.cookie
    asked = await alice.get("/auth/logout")
    assert (await alice.get("/chat")).text == "hello alice"

    answer = await alice.submit(asked, "/auth/logout", follow=False)
    assert answer.status == 303
    target = urlsplit(answer.headers["Location"])
    assert target.path == "/logout"
    assert parse_qs(target.query) == {
        "client_id": [deployment.settings.web_client_id],
        "logout_uri": [f"{deployment.url}/auth/signed-out"],
    }
    assert alice.cookie is None
    assert cookie
    assert deployment.session_row(cookie) is None

    gone = await alice.get(answer.headers["Location"])
    assert gone.url == f"{deployment.url}/auth/signed-out"
    assert "You are signed out" in gone.text
    assert (await alice.get("/chat")).text == "hello stranger"
    assert "You are signed out" in (await alice.get("/auth/logout")).text


async def test_signing_out_works_here_while_the_pool_is_down(
    application: IdentityApplication, alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await application.web_sign_in(alice, "alice")
    asked = await alice.get("/auth/logout")

    async def down() -> None:
        raise SignInUnavailable

    monkeypatch.setattr(application.identity.oidc, "document", down)
    page = await alice.submit(asked, "/auth/logout")
    assert "you may still be signed in there" in page.text
    assert (await alice.get("/chat")).text == "hello stranger"
    unavailable = await alice.get("/auth/login")
    assert unavailable.status == 503
    assert unavailable.headers["Retry-After"] == "60"
    assert "Please try again in a minute" in unavailable.text


async def test_a_cookie_of_a_session_that_was_signed_out_opens_nothing(
    application: IdentityApplication, alice: Browser
) -> None:
    await application.web_sign_in(alice, "alice")
    cookie = alice.cookie
    await alice.submit(await alice.get("/auth/logout"), "/auth/logout", follow=False)
    again = await alice.get("/chat", Cookie=f"__Host-bizassist={cookie}")
    assert again.text == "hello stranger"


async def test_nobody_is_signed_out_from_elsewhere(
    application: IdentityApplication, alice: Browser
) -> None:
    await application.web_sign_in(alice, "alice")
    assert (await alice.post("/auth/logout")).status == 403
    assert (await alice.get("/chat")).text == "hello alice"


@pytest.mark.parametrize("wanted", ["/chat", "/chat?conversation=7", "/me#links"])
async def test_a_sign_in_returns_to_the_page_that_asked(
    application: IdentityApplication, alice: Browser, wanted: str
) -> None:
    at_pool = await alice.get(f"/auth/login?next={quote(wanted)}")
    answer = await alice.sign_in(
        at_pool, "alice", application.deployment.passwords["alice"], follow=False
    )
    back = await alice.get(answer.headers["Location"], follow=False)
    assert back.headers["Location"] == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "/\t/evil.example/",
        "/\n/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
    ],
)
async def test_a_sign_in_never_leads_elsewhere(
    application: IdentityApplication, alice: Browser, wanted: str
) -> None:
    at_pool = await alice.get(f"/auth/login?next={quote(wanted)}")
    answer = await alice.sign_in(
        at_pool, "alice", application.deployment.passwords["alice"], follow=False
    )
    back = await alice.get(answer.headers["Location"], follow=False)
    assert back.headers["Location"] == "/chat"


async def test_a_refused_sign_in_says_so(application: IdentityApplication, alice: Browser) -> None:
    at_pool = await alice.get("/auth/login", follow=False)
    state = parse_qs(urlsplit(at_pool.headers["Location"]).query)["state"][0]
    page = await alice.get(f"/auth/callback?error=access_denied&state={state}")
    assert page.status == 400
    assert "start again" in page.text


async def test_a_script_reads_the_sentence_without_the_page(
    application: IdentityApplication, alice: Browser
) -> None:
    answer = await alice.get("/auth/callback", Accept="application/json")
    assert answer.status == 400
    assert "<" not in answer.text
