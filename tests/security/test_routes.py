"""Each address of the service: who may open it, and what becomes of everybody else."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.security.application import chat_application, routes
from tests.security.conftest import Visitor
from tests.some import some

PAGE = Path(__file__).parents[2] / "docs" / "security.md"
ID = "1234567890123-0123456789abcdef"
PARTS = {"conversation": ID, "turn": ID, "file": "slack-manifest.json"}

Route = tuple[str, str]


@pytest.fixture(scope="module")
async def every_route() -> AsyncIterator[list[Route]]:
    with pytest.MonkeyPatch.context() as patch:
        yield sorted(routes(await chat_application(patch)))


def rules() -> dict[str, str]:
    """What the page says: the beginning of an address, and who may open it."""
    table = PAGE.read_text().partition("## Who may do what")[2].partition("###")[0]
    rows = re.findall(r"^\| (`.+?) \| (.+?) \| .+ \|$", table, re.MULTILINE)
    return {path: who for paths, who in rows for path in re.findall(r"`([^`]+)`", paths)}


def whose(path: str) -> str:
    found = [
        prefix for prefix in rules() if path == prefix or path.startswith(f"{prefix.rstrip('/')}/")
    ]
    known = [prefix for prefix in found if prefix != "/" or path == "/"]
    assert known, f"docs/security.md doesn't say who may open {path}"
    return rules()[max(known, key=len)]


def address(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda part: PARTS.get(part[1], "x"), path)


def of(every: list[Route], who: str, *methods: str) -> list[str]:
    return [address(path) for method, path in every if method in methods and who in whose(path)]


async def test_every_route_is_accounted_for(every_route: list[Route]) -> None:
    assert len(every_route) > 40
    for _, path in some(every_route):
        assert whose(path)


@pytest.mark.parametrize("who", ["the person who is signed in", "bizassist-admins"])
async def test_a_stranger_reads_nothing(
    every_route: list[Route], stranger: Visitor, who: str
) -> None:
    paths = of(every_route, who, "GET")
    assert paths
    for path in some(paths):
        answer = await stranger.send("GET", path)
        if path == "/chat":
            assert 'href="/auth/login' in answer.text
        elif path == f"/chat/{ID}/{ID}":
            assert answer.headers["Location"] == f"/chat/{ID}"
        else:
            assert answer.status_code in {302, 401}, path
            assert answer.status_code == 401 or answer.headers["Location"].startswith(
                "/auth/login?next=/"
            )


@pytest.mark.parametrize("who", ["the person who is signed in", "bizassist-admins"])
async def test_a_stranger_does_nothing(
    every_route: list[Route], stranger: Visitor, who: str
) -> None:
    paths = of(every_route, who, "POST")
    assert paths
    for path in some(paths):
        assert (await stranger.send("POST", path, data={"text": "x"})).status_code == 401, path


async def test_an_employee_is_no_administrator(every_route: list[Route], alice: Visitor) -> None:
    for method in ("GET", "POST"):
        for path in some(of(every_route, "bizassist-admins", method)):
            answer = await alice.send(method, path, data={"csrf_token": alice.csrf})
            assert answer.status_code == 403, path
            assert "for administrators" in answer.text


async def test_an_administrator_gets_in(every_route: list[Route], admin: Visitor) -> None:
    opened = [
        (await admin.send("GET", path)).status_code
        for path in of(every_route, "bizassist-admins", "GET")
    ]
    assert 403 not in opened
    assert 401 not in opened
    assert opened.count(200) > len(opened) / 2


async def test_only_slack_speaks_for_slack(every_route: list[Route], stranger: Visitor) -> None:
    paths = of(every_route, "Slack", "POST")
    assert len(paths) == 3
    for path in some(paths):
        assert (await stranger.send("POST", path, content=b"{}")).status_code == 401


async def test_a_form_of_nobodys_page_changes_nothing(
    every_route: list[Route], admin: Visitor
) -> None:
    """CSRF: another site's form, in each encoding that a browser sends without asking first."""
    forged = {"csrf_token": "x" * 43}
    ways: list[dict[str, Any]] = [
        {},
        {"data": forged},
        {"files": {name: (None, value) for name, value in forged.items()}},
        {"content": f"csrf_token={admin.csrf}", "headers": {"Content-Type": "text/plain"}},
        {"json": {"csrf_token": admin.csrf}},
        {"params": {"csrf_token": admin.csrf}},
    ]
    for who in ("anybody", "whoever", "the person", "bizassist-admins"):
        for path in some(of(every_route, who, "POST")):
            for way in ways:
                given = {"Origin": "https://evil.example", **way.get("headers", {})}
                answer = await admin.send("POST", path, **{**way, "headers": given})
                # Only the web chat's question reads a form of this kind at all.
                unread = "files" in way and path != f"/chat/{ID}"
                assert answer.status_code == (415 if unread else 403), (path, way)
    assert (await admin.send("GET", "/me")).status_code == 200


async def test_what_acts_is_a_post_and_nothing_else(
    every_route: list[Route], admin: Visitor
) -> None:
    readable = {path for method, path in every_route if method == "GET"}
    posts = [path for method, path in every_route if method == "POST"]
    overriding = {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"}
    for path in some(posts):
        for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            if method in {"GET", "HEAD"} and (path in readable or whose(path) == "anybody"):
                continue
            answer = await admin.send(
                method, address(path), headers=overriding, params={"_method": "POST"}
            )
            # /link/{request} reads "confirm" as a request that doesn't exist.
            assert answer.status_code in {405, 410}, (method, path)
    assert (await admin.send("GET", "/me")).status_code == 200


async def test_signing_out_is_offered_on_every_page_of_a_session(
    every_route: list[Route], admin: Visitor
) -> None:
    pages = 0
    for who in ("the person", "bizassist-admins"):
        for path in some(of(every_route, who, "GET")):
            answer = await admin.send("GET", path)
            if answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/html"):
                assert 'action="/auth/logout"' in answer.text, path
                pages += 1
    assert pages > 5
