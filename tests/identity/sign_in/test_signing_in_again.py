"""When somebody has to show once more who they are, and that nobody signs in without wishing it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio

from identity.oidc import unfinished_sign_ins
from identity.oidc.token_verification import Account, TokenVerifier
from identity.people import ChatUser
from identity.sessions import session_limit
from identity.sessions import signed_in_person as signed_in
from identity.sessions.session_store import row_key
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.browser import Browser, Page
from tests.identity.clock import Clock
from tests.identity.fresh_accounts import FreshAccount


@pytest.fixture
def pool_remembers(monkeypatch: pytest.MonkeyPatch) -> dict[str, int | None]:
    """Lets the pool answer with somebody who had authenticated some seconds ago."""
    answer: dict[str, int | None] = {"age": 0}
    verify = TokenVerifier.verify_id_token

    async def verified(self: TokenVerifier, token: str, nonce: str) -> Account:
        return replace(await verify(self, token, nonce), age=answer["age"])

    monkeypatch.setattr(TokenVerifier, "verify_id_token", verified)
    return answer


@pytest_asyncio.fixture
async def phone(application: IdentityApplication, deployment: Deployment) -> AsyncIterator[Browser]:
    """Another browser in which alice is signed in."""
    async with Browser(deployment.url) as browser:
        await application.web_sign_in(browser, "alice")
        yield browser


async def callback(
    application: IdentityApplication, browser: Browser, address: str = "/auth/login"
) -> Page:
    """Sign in as alice and come back; where that leads is not followed."""
    return await from_pool(application, browser, await browser.get(address))


async def from_pool(application: IdentityApplication, browser: Browser, at_pool: Page) -> Page:
    """The same, from the pool's page on."""
    answer = await browser.sign_in(
        at_pool, "alice", application.deployment.passwords["alice"], follow=False
    )
    return await browser.get(answer.headers["Location"], follow=False)


async def test_whom_the_pool_remembers_for_too_long_is_asked_for_a_password(
    application: IdentityApplication, alice: Browser, pool_remembers: dict[str, int | None]
) -> None:
    pool_remembers["age"] = unfinished_sign_ins.LONGEST_AUTHENTICATION_AGE + 1
    back = await callback(application, alice, "/auth/login?next=/me")
    asked = parse_qs(urlsplit(back.headers["Location"]).query)
    assert asked["prompt"] == ["login"]
    assert (await alice.get("/chat")).text == "hello stranger"

    pool_remembers["age"] = 5
    at_pool = await alice.get(back.headers["Location"])
    page = await alice.sign_in(at_pool, "alice", application.deployment.passwords["alice"])
    assert urlsplit(page.url).path == "/me"


@pytest.mark.parametrize("age", [unfinished_sign_ins.FLOW_LIFETIME + 1, None])
async def test_a_pool_that_does_not_ask_again_signs_nobody_in(
    application: IdentityApplication,
    alice: Browser,
    pool_remembers: dict[str, int | None],
    age: int | None,
) -> None:
    pool_remembers["age"] = age
    back = await callback(application, alice, "/auth/login?anew=1")
    assert back.status == 400
    assert (await alice.get("/chat")).text == "hello stranger"


async def test_a_link_too_needs_somebody_who_has_shown_who_they_are(
    application: IdentityApplication,
    alice: Browser,
    slack_user: ChatUser,
    pool_remembers: dict[str, int | None],
) -> None:
    pool_remembers["age"] = unfinished_sign_ins.LONGEST_AUTHENTICATION_AGE + 1
    at_pool = await application.to_pool(alice, await application.link_url(slack_user))
    back = await from_pool(application, alice, at_pool)
    assert "prompt=login" in back.headers["Location"]
    pool_remembers["age"] = 5
    at_pool = await alice.get(back.headers["Location"])
    page = await alice.sign_in(at_pool, "alice", application.deployment.passwords["alice"])
    assert "Link these accounts?" in page.text


@pytest.mark.parametrize("form", ["/me/sessions/end", "/me/sessions/end-others"])
async def test_ending_sessions_takes_a_recent_sign_in(
    application: IdentityApplication,
    alice: Browser,
    phone: Browser,
    clock: Clock,
    form: str,
) -> None:
    await application.web_sign_in(alice, "alice")
    clock.forward(signed_in.RECENT + 5)
    assert phone.cookie

    fields = {
        "csrf_token": (await alice.get("/me")).form("/auth/logout").fields["csrf_token"],
        "session": row_key(phone.cookie),
    }
    sent = await alice.post(form, fields, follow=False)
    assert sent.headers["Location"] == "/auth/login?anew=1&next=/me"
    assert (await phone.get("/chat")).text == "hello alice"

    at_pool = await alice.get(sent.headers["Location"])
    assert at_pool.query["prompt"] == "login"
    page = await alice.sign_in(at_pool, "alice", application.deployment.passwords["alice"])
    fields["csrf_token"] = page.form("/auth/logout").fields["csrf_token"]
    await alice.post(form, fields)
    assert (await phone.get("/chat")).text == "hello stranger"


async def test_one_session_too_many_ends_the_one_seen_longest_ago(
    application: IdentityApplication,
    deployment: Deployment,
    alice: Browser,
    phone: Browser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session_limit, "MAX_SESSIONS", 2)
    subject = (await application.stored_session(phone))["person"]["subject"]
    await application.identity.session_list.end_all(subject)
    await application.web_sign_in(phone, "alice")
    await application.web_sign_in(alice, "alice")
    assert len(await application.identity.session_list.of(subject)) == 2
    async with Browser(deployment.url) as third:
        await application.web_sign_in(third, "alice")
        assert (await third.get("/chat")).text == "hello alice"
    assert len(await application.identity.session_list.of(subject)) == 2


async def test_sessions_that_begin_at_once_are_counted_one_by_one(
    application: IdentityApplication,
    deployment: Deployment,
    person: FreshAccount,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(session_limit, "MAX_SESSIONS", 2)
    password = deployment.passwords[person.username]
    async with AsyncExitStack() as stack:
        browsers = [await stack.enter_async_context(Browser(deployment.url)) for _ in range(4)]
        pages = [await one.get("/auth/login") for one in browsers]
        callbacks = [
            await one.sign_in(page, person.username, password, follow=False)
            for one, page in zip(browsers, pages, strict=True)
        ]
        await asyncio.gather(
            *(
                one.get(back.headers["Location"], follow=False)
                for one, back in zip(browsers, callbacks, strict=True)
            )
        )
        greetings = [(await one.get("/chat")).text for one in (*browsers, person.browser)]
    assert greetings.count(f"hello {person.username}") == 2


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_another_site_cannot_sign_anybody_in(
    application: IdentityApplication, alice: Browser, site: str
) -> None:
    """The pool may remember the person, and would send them back without a word."""
    page = await alice.get("/auth/login?next=/me", follow=False, **{"Sec-Fetch-Site": site})
    assert page.status == 200
    assert page.links[-1] == "/auth/login?next=%2Fme"
    assert alice.cookie is None
    led = await alice.get("/me", follow=False, **{"Sec-Fetch-Site": site})
    assert urlsplit(led.headers["Location"]).path == "/auth/login"


@pytest.mark.parametrize("site", ["none", "same-origin"])
async def test_a_click_and_an_address_that_was_typed_lead_to_the_pool(
    application: IdentityApplication, alice: Browser, site: str
) -> None:
    page = await alice.get("/auth/login", follow=False, **{"Sec-Fetch-Site": site})
    assert page.status == 302


async def test_the_answer_of_another_issuer_is_refused(
    application: IdentityApplication, alice: Browser
) -> None:
    """Mix-up: a code of the right pool that comes back as another server's (RFC 9207)."""
    at_pool = await alice.get("/auth/login")
    answer = await alice.sign_in(
        at_pool, "alice", application.deployment.passwords["alice"], follow=False
    )
    address = answer.headers["Location"]
    refused = await alice.get(f"{address}&iss=https%3A%2F%2Fevil.example")
    assert refused.status == 400
    assert (await alice.get("/chat")).text == "hello stranger"


async def test_a_code_that_comes_too_late_signs_nobody_in(
    application: IdentityApplication, alice: Browser, clock: Clock
) -> None:
    at_pool = await alice.get("/auth/login")
    answer = await alice.sign_in(
        at_pool, "alice", application.deployment.passwords["alice"], follow=False
    )
    clock.forward(unfinished_sign_ins.FLOW_LIFETIME + 1)
    late = await alice.get(answer.headers["Location"])
    assert late.status == 400
    assert "start again" in late.text
    assert (await alice.get("/chat")).text == "hello stranger"


async def test_every_sign_in_has_a_state_a_nonce_and_a_challenge_of_its_own(
    application: IdentityApplication, alice: Browser
) -> None:
    seen: dict[str, set[str]] = {"state": set(), "nonce": set(), "code_challenge": set()}
    for _ in range(20):
        query = parse_qs(
            urlsplit((await alice.get("/auth/login", follow=False)).headers["Location"]).query
        )
        assert query["code_challenge_method"] == ["S256"]
        assert query["response_type"] == ["code"]
        for name, values in seen.items():
            values.add(query[name][0])
    for values in seen.values():
        assert len(values) == 20
        assert min(map(len, values)) >= 43  # 256 bits in base64


async def test_every_session_has_a_random_cookie_of_256_bits(
    application: IdentityApplication, deployment: Deployment
) -> None:
    cookies = set()
    for _ in range(20):
        async with Browser(deployment.url) as browser:
            await browser.get("/auth/login", follow=False)
            assert browser.cookie
            cookies.add(browser.cookie)
    assert len(cookies) == 20
    assert {len(cookie) for cookie in cookies} == {43}
    # Whatever they have in common is chance: no counter, no clock, no prefix.
    for place in range(43):
        assert len({cookie[place] for cookie in cookies}) > 3
