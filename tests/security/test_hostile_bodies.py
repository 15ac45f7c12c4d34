"""Whatever is posted to any address by nobody in particular: 4xx, and one plain sentence."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType

import httpx
import pytest

from tests.bots.teams.edge_client import TEAMS
from tests.bots.teams.teams_client import activity
from tests.conftest import Stack
from tests.security.application import asked_by_nobody, routes
from tests.security.test_routes import address
from tests.some import some

NONE: Mapping[str, str] = MappingProxyType({})
FORM = "application/x-www-form-urlencoded"
JSON = {"Content-Type": "application/json"}
DIGITS = "9" * 400
NESTED = b"[" * 1_000 + b"]" * 1_000
HOSTILE: tuple[tuple[bytes, Mapping[str, str]], ...] = (
    (b"", NONE),
    (NESTED, JSON),
    (b'{"a":' * 1_000 + b"1" + b"}" * 1_000, JSON),
    (b"payload=" + NESTED, {"Content-Type": FORM}),
    (json.dumps(activity(TEAMS, timestamp=int(DIGITS))).encode(), JSON),
    (json.dumps(activity(TEAMS, conversation=DIGITS)).encode(), JSON),
    (b'{"id":' + b"1" * 5_000 + b"}", JSON),
    (b"{}", {**JSON, "X-Slack-Request-Timestamp": DIGITS, "X-Slack-Signature": "v0=x"}),
    (b"{}", {**JSON, "X-Slack-Request-Timestamp": "inf", "X-Slack-Signature": "v0=x"}),
    (b"{}", {**JSON, "X-Slack-Request-Timestamp": "1e400", "X-Slack-Signature": "\xff"}),
    (b"a=1", {"Content-Type": f"{FORM}; charset=nonsense"}),
    (b"a=1", {"Content-Type": f"{FORM}; charset=utf-7"}),
    (b"a=1", {"Content-Type": f"{FORM}; charset=base64"}),
    (b"a=1", {"Content-Type": f"{FORM}; charset="}),
    (b"a=1", {"Content-Type": ";;;"}),
    (b"{}", {"Content-Type": "application/json; charset=nonsense"}),
    (b"a=\xff", {"Content-Type": FORM}),
    (b"a=%ff%00&csrf_token=%ed%a0%80", {"Content-Type": FORM}),
    (b"&".join(b"a%d=1" % number for number in range(5_000)), {"Content-Type": FORM}),
    (b"a=1", {"Content-Type": FORM, "X-CSRF-Token": "\xe9"}),
    (b"\x1f\x8b\x08\x00", {**JSON, "Content-Encoding": "gzip"}),
    (b"x", {**JSON, "Content-Encoding": "nonsense"}),
    (b"--x\r\n\r\n\r\n--x--", {"Content-Type": "multipart/form-data; boundary=x"}),
    (b"x", {"Content-Type": "multipart/form-data"}),
    (b"x", {"Content-Type": "multipart/form-data; boundary=" + "x" * 500}),
    (b"{}", {**JSON, "Authorization": "Bearer a.b.c"}),
    (b"{}", {**JSON, "Authorization": "Bearer " + "x" * 4_000}),
    (b"x" * (256 * 1024 + 1), JSON),
)


@pytest.fixture(scope="module")
async def nobody(stack: Stack) -> AsyncIterator[tuple[httpx.AsyncClient, list[str]]]:
    """A client of the service as it runs in AWS, and what can be posted to."""
    async with asked_by_nobody(stack) as (client, app):
        yield client, sorted(path for method, path in routes(app) if method == "POST")


@pytest.mark.parametrize(("body", "headers"), HOSTILE, ids=range(len(HOSTILE)))
async def test_it_is_refused_with_a_sentence(
    nobody: tuple[httpx.AsyncClient, list[str]], body: bytes, headers: Mapping[str, str]
) -> None:
    client, paths = nobody
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    for path in some(paths):
        answer = await client.post(address(path), content=body, headers=raw)
        if answer.is_redirect:  # a sign-in first, and nothing was looked at
            place = answer.headers["Location"]
            out = path == "/auth/logout"  # whoever isn't signed in is signed out already
            nothing = (
                path == "/auth/erase" and place == "/auth/erased"
            )  # of nobody there is nothing
            signed_out = out and "/logout?" in place
            assert place.startswith("/auth/login") or nothing or signed_out, path
            continue
        assert 400 <= answer.status_code < 500, (path, answer.status_code, answer.text[:200])
        assert re.fullmatch(r"[A-Z][^\n<>]{8,150}\.", answer.text), (path, answer.text[:200])
