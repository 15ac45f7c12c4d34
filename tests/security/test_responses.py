"""What every response tells the browser, whichever address it comes from."""

import re

import httpx
import pytest

from tests.conftest import Stack
from tests.leaks import SHAPES
from tests.person import Person
from tests.security.application import chat_application, routes
from tests.security.conftest import Visitor
from tests.security.test_routes import address
from tests.some import some

EVIL = "https://evil.example"
TYPES = {
    "application/javascript",
    "application/json",
    "application/zip",
    "image/svg+xml",
    "text/css",
    "text/csv",
    "text/event-stream",
    "text/html",
    "text/javascript",
    "text/plain",
}
EXPORTS = ("/admin/people/export", "/admin/audit/export")
FILES = (
    "/static/identity/pages.css",
    "/static/identity/icon.svg",
    "/static/chat/chat.js",
    "/static/chat/chat.css",
)
DIRECTIVES = {
    "default-src 'none'",
    "object-src 'none'",
    "script-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


@pytest.fixture(scope="module")
async def tour(admin: Visitor) -> list[httpx.Response]:
    """An answer of every address, asked for as another site would ask, and some that fail."""
    with pytest.MonkeyPatch.context() as patch:
        every = sorted(routes(await chat_application(patch)))
    asked = [("GET", path) for path in (*FILES, "/nowhere", "/static/identity/", "/chat/x")]
    asked += [(method, address(path)) for method, path in every if "logout" not in path]
    answers = [await admin.send(method, path, headers={"Origin": EVIL}) for method, path in asked]
    form = {"csrf_token": admin.csrf}
    answers += [await admin.send("POST", path, data=form) for path in EXPORTS]
    return answers


@pytest.fixture(scope="module")
async def sign_in(stack: Stack) -> list[httpx.Response]:
    """Every answer of ours from before a sign-in to after signing out."""
    seen: list[httpx.Response] = []

    async def keep(answer: httpx.Response) -> None:
        await answer.aread()
        seen.append(answer)

    async with Person() as person:
        person._http.event_hooks = {"response": [keep]}
        await person.open(f"{stack.chat}/auth/login?next=/chat")
        await person.submit("/login", username="alice", password=stack.password("alice"))
        for path in ("/chat", "/me", "/auth/logout"):
            await person.open(f"{stack.chat}{path}")
        await person.submit("/auth/logout")
    return [answer for answer in seen if str(answer.url).startswith(stack.chat)]


def cookies_of(answers: list[httpx.Response]) -> list[str]:
    """Every line that sets a cookie."""
    return [line for answer in answers for line in answer.headers.get_list("Set-Cookie")]


def beside_cookies(answer: httpx.Response) -> str:
    """All that an answer brings, but for the lines that set a cookie."""
    headers = [f"{name}: {value}" for name, value in answer.headers.multi_items()]
    told = [line for line in headers if not line.lower().startswith("set-cookie: ")]
    return "\n".join([str(answer.url), *told, answer.text])


def test_the_tour_saw_everything(tour: list[httpx.Response]) -> None:
    seen = {answer.status_code for answer in tour}
    assert {200, 202, 302, 303, 400, 401, 403, 404} & seen >= {200, 302, 400, 401, 403, 404}
    types = {answer.headers.get("Content-Type", "").partition(";")[0] for answer in tour}
    assert {"text/html", "text/css", "text/csv", "application/json", "image/svg+xml"} <= types


def test_every_response_says_what_it_is(tour: list[httpx.Response]) -> None:
    for answer in some(tour):
        assert answer.headers["X-Content-Type-Options"] == "nosniff", answer.url
        kind, _, charset = answer.headers["Content-Type"].partition("; ")
        # A file that doesn't exist, a body that is empty: aiohttp calls them so, and that is inert.
        assert kind in TYPES or (kind == "application/octet-stream" and not answer.content), kind
        if kind == "text/html":
            assert charset == "charset=utf-8"


def test_no_response_tells_what_we_are_made_of(tour: list[httpx.Response]) -> None:
    for answer in some(tour):
        assert answer.headers["Server"] == "bizassist"
        assert "X-Powered-By" not in answer.headers


def test_every_response_says_what_it_may_load_and_who_may_frame_it(
    tour: list[httpx.Response],
) -> None:
    for answer in some(tour):
        policy = answer.headers["Content-Security-Policy"]
        assert set(policy.split("; ")) >= DIRECTIVES, answer.url
        assert "unsafe" not in policy
        assert not re.search(r"\*|data:|blob:|https:(?!//)", policy)


def test_no_response_tells_another_site_where_we_were(tour: list[httpx.Response]) -> None:
    for answer in some(tour):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


async def test_no_other_origin_reads_anything(tour: list[httpx.Response], admin: Visitor) -> None:
    for answer in some(tour):
        assert not [name for name in some(answer.headers) if name.startswith("access-control-")]
    asking = {
        "Origin": EVIL,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "X-CSRF-Token",
    }
    for path in ("/me/unlink", "/chat", "/auth/logout", "/admin/people/export"):
        preflight = await admin.send("OPTIONS", path, headers=asking)
        assert preflight.status_code == 405
        assert not [name for name in some(preflight.headers) if name.startswith("access-control-")]


def test_what_is_personal_is_kept_by_no_cache(tour: list[httpx.Response]) -> None:
    for answer in some(tour):
        if not answer.url.path.startswith("/static/"):
            assert answer.headers["Cache-Control"] == "no-store", answer.url


def test_what_is_no_page_cannot_be_opened_as_one(tour: list[httpx.Response]) -> None:
    for answer in some(tour):
        kind = answer.headers["Content-Type"].partition(";")[0]
        if kind in {"text/csv", "application/zip"} or "/admin/setup/" in answer.url.path:
            if answer.status_code == 200:
                assert answer.headers["Content-Disposition"].startswith("attachment; filename="), (
                    answer.url
                )
        elif kind == "text/html":
            # Every page of ours is a whole one; a piece of one is for our script only.
            assert answer.text.lstrip().startswith("<!doctype html>"), answer.url


def test_nothing_that_signs_anybody_in_reaches_the_page(
    tour: list[httpx.Response], admin: Visitor
) -> None:
    """Tokens stay behind the server; the cookie's value is in its own header and nowhere else."""
    value = admin.cookie.partition("=")[2]
    assert len(value) == 43
    for answer in some(tour):
        shown = beside_cookies(answer)
        assert value not in shown
        assert not SHAPES["a JSON web token"].search(shown), answer.url
        assert not SHAPES["a Slack token"].search(shown), answer.url


def test_a_session_comes_by_set_cookie_alone(sign_in: list[httpx.Response]) -> None:
    """Of each session on the way, before the sign-in and after it."""
    pairs = [line.partition(";")[0].partition("=")[2] for line in cookies_of(sign_in)]
    values = {value for value in pairs if value.strip('"')}
    assert [len(value) for value in values] == [43, 43]
    assert len(sign_in) >= 8
    for answer in some(sign_in):
        shown = beside_cookies(answer)
        assert [value for value in some(values) if value in shown] == [], answer.url
        assert not SHAPES["a JSON web token"].search(shown), answer.url


def test_every_cookie_is_locked(sign_in: list[httpx.Response], tour: list[httpx.Response]) -> None:
    for line in some([*cookies_of(sign_in), *cookies_of(tour)]):
        assert line.startswith("__Host-bizassist=")
        flags = {part.strip().lower() for part in line.split(";")[1:]}
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= flags
        assert not [flag for flag in some(flags) if flag.startswith("domain")]


async def test_a_sign_in_sets_the_one_cookie(stranger: Visitor) -> None:
    answer = await stranger.send("GET", "/auth/login")
    (cookie,) = answer.headers.get_list("Set-Cookie")
    assert re.fullmatch(
        r"__Host-bizassist=[\w-]{43}; HttpOnly; Path=/; SameSite=Lax; Secure", cookie
    )
