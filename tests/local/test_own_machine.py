"""No page in a developer's browser reaches a part of the local stack, whatever name it uses."""

import httpx
import pytest

from bizassist.local.own_machine import is_ours
from tests.bots.teams.edge_client import LOCAL
from tests.bots.teams.teams_client import activity
from tests.conftest import Stack

PLACES = {
    "chat": ("POST", "/api/messages"),
    "slack": ("POST", "/api/chat.postMessage"),
    "agent": ("POST", "/invocations"),
    "gateway": ("POST", "/mcp"),
    "aws": ("POST", "/"),
}
PAGES = {
    "another site": {"Origin": "https://evil.example"},
    "a file or a frame": {"Origin": "null"},
    "another port": {"Origin": "http://127.0.0.1:1"},
    "a name that leads here": {"Host": "evil.example"},
    "that name, as itself": {"Host": "evil.example:80", "Origin": "http://evil.example:80"},
    "a name that looks like ours": {"Host": "127.0.0.1.evil.example"},
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("part", PLACES)
async def test_a_page_is_refused(stack: Stack, part: str, page: str) -> None:
    method, path = PLACES[part]
    url = f"{httpx.URL(stack.described[part]).copy_with(path='')}{path}"
    async with httpx.AsyncClient() as http:
        body = activity(LOCAL, id="from-a-page")
        answer = await http.request(method, url, headers=PAGES[page], json=body)
    assert answer.status_code in {403, 421}, answer.text[:200]


@pytest.mark.parametrize("part", PLACES)
async def test_a_program_is_not(stack: Stack, part: str) -> None:
    method, path = PLACES[part]
    url = f"{httpx.URL(stack.described[part]).copy_with(path='')}{path}"
    async with httpx.AsyncClient() as http:
        answer = await http.request(method, url, json=activity(LOCAL, type="typing"))
    assert answer.status_code not in {403, 421}


@pytest.mark.parametrize(
    ("host", "origin", "ours"),
    [
        ("127.0.0.1:8080", None, True),
        ("localhost:8080", "http://localhost:8080", True),
        ("[::1]:8080", None, True),
        ("", None, False),
        ("[", None, False),
        ("localhost:8080", "http://[", False),
        ("localhost:8080", "http://localhost", False),
        ("localhost:8080", "", False),
        ("localhost@evil.example", None, False),
    ],
)
def test_what_a_browser_says_of_itself(host: str, origin: str | None, ours: bool) -> None:
    assert is_ours(host, origin) is ours
