"""Every route in one table: who may call it, and what it answers to whoever is nobody."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.bots.teams.edge_client import TEAMS
from tests.bots.teams.teams_client import activity
from tests.conftest import Stack
from tests.security.application import asked_by_nobody, routes
from tests.security.test_routes import ID, address, whose
from tests.some import some

TABLE = Path(__file__).parents[1] / "data" / "routes.txt"
SOMEBODYS = (
    "the person who is signed in",
    "the token's person",
    "group `bizassist-admins`",
    "Slack",
    "Teams",
)
ANYBODYS = ("anybody", "whoever has the link", "whoever has the receipt")
# What a person who is not signed in is shown instead of a refusal; nobody's data is there.
SHOWN = {
    ("GET", "/chat"): "200",
    ("GET", "/chat/{conversation}/{turn}"): "303 /chat/{conversation}",
}

LINE = "{:6} {:49} {:28} {}"
HEAD = ("method", "path", "who may call", "what nobody gets")
Row = tuple[str, str, str, str]


@pytest.fixture(scope="module")
async def table(stack: Stack) -> AsyncIterator[list[Row]]:
    """Each route of the service as it runs in AWS, called by nobody."""
    async with asked_by_nobody(stack) as (nobody, app):
        yield [
            (method, path, whose(path), await answered(nobody, method, path))
            for method, path in sorted(routes(app), key=lambda route: route[::-1])
        ]


async def answered(nobody: httpx.AsyncClient, method: str, path: str) -> str:
    """The status, and where it leads; a body is one that Teams would send."""
    body = activity(TEAMS) if method == "POST" else None
    answer = await nobody.request(method, address(path), headers={"Accept": "text/html"}, json=body)
    leads = urlsplit(answer.headers.get("Location", "")).path.replace(ID, "{conversation}")
    return f"{answer.status_code} {leads}".rstrip()


def test_the_route_table_is_what_it_is(
    table: list[Row], golden: Callable[[Path, str], None]
) -> None:
    lines = [LINE.format(*row).rstrip() for row in (HEAD, *table)]
    golden(TABLE, "\n".join(lines) + "\n")


def test_what_is_somebodys_refuses_nobody(table: list[Row]) -> None:
    for method, path, _, nobody in some(row for row in table if row[2] in SOMEBODYS):
        if (method, path) in SHOWN:
            assert nobody == SHOWN[method, path]
        elif method == "GET":
            assert nobody in {"302 /auth/login", "401"}, path
        else:
            assert nobody == "401", path


def test_what_is_anybodys_asks_for_no_sign_in(table: list[Row]) -> None:
    for _, path, _, nobody in some(row for row in table if row[2] not in SOMEBODYS):
        assert nobody not in {"302 /auth/login", "401", "500", "503"}, path


def test_each_kind_of_caller_has_routes(table: list[Row]) -> None:
    assert {who for _, _, who, _ in table} == {*SOMEBODYS, *ANYBODYS}
    assert set(SHOWN) <= {(method, path) for method, path, _, _ in table}
