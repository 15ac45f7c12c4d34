"""What comes to the door that no browser of ours would send."""

import asyncio

import httpx
import pytest

from tests.conftest import Stack
from tests.security.conftest import Visitor

PATHS = (
    "/static/identity/../sessions.py",
    "/static/identity/../../pyproject.toml",
    "/static/identity/%2e%2e/sessions.py",
    "/static/identity/..%2f..%2fpyproject.toml",
    "/static/identity/%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2fetc/passwd",
    "/static/identity//etc/passwd",
    "/static/identity/..\\..\\pyproject.toml",
    "/static/identity/pages.css%00.html",
    "/static/chat/....//....//pyproject.toml",
    "/static/identity/",
    "/static/chat",
    "//evil.example/%2e%2e",
)
NO_HTTP = (
    b"NONSENSE\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
    b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 20_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
)
TWICE = b"GET /smuggled HTTP/1.1\r\n\r\n"
SMUGGLED = (
    b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + TWICE,
    b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd" + TWICE,
    b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + TWICE,
)


async def raw(stack: Stack, request: bytes) -> str:
    """The whole answer to bytes that no client would send."""
    address = httpx.URL(stack.chat)
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        writer.write(request)
        async with asyncio.timeout(10):
            answer = await reader.read(100_000)
            while not reader.at_eof() and b"Connection: close" in answer:
                answer += await reader.read(100_000)
    except (ConnectionError, TimeoutError):
        return ""
    finally:
        writer.close()
    return answer.decode(errors="replace")


@pytest.mark.parametrize("path", PATHS)
async def test_static_addresses_reach_static_files_only(stack: Stack, path: str) -> None:
    answer = await raw(stack, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert answer.split(" ")[1] in {"400", "403", "404"}
    for content in ("[project]", "root:", "DynamoDB", "<a href", "Index of"):
        assert content not in answer


@pytest.mark.parametrize("request_", NO_HTTP, ids=range(len(NO_HTTP)))
async def test_what_is_no_http_is_turned_away(stack: Stack, request_: bytes) -> None:
    answer = await raw(stack, request_)
    assert answer == "" or answer.split(" ")[1] in {"302", "400", "404"}
    assert "Traceback" not in answer
    assert ".py" not in answer
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{stack.chat}/healthz")).status_code == 200


@pytest.mark.parametrize("rest", SMUGGLED)
async def test_no_second_request_hides_in_a_first(stack: Stack, rest: bytes) -> None:
    answer = await raw(stack, b"POST /link/confirm HTTP/1.1\r\nHost: x\r\n" + rest)
    assert answer.split(" ")[1] == "400"
    assert answer.count("HTTP/1.") == 1


@pytest.mark.parametrize(
    "path", ["/auth/login", "/chat", "/me", "/link/confirm", "/api/messages", "/slack/events"]
)
async def test_more_than_a_megabyte_is_taken_nowhere(alice: Visitor, path: str) -> None:
    answer = await alice.send("POST", path, content=b"x" * (1024 * 1024 + 1))
    assert answer.status_code in {403, 405, 413}
    assert "Traceback" not in answer.text


async def test_a_host_name_of_somebody_else_changes_no_address(alice: Visitor) -> None:
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    for path in ("/", "/me", "/admin", "/chat/1234567890123-0123456789abcdef", "/auth/login"):
        answer = await alice.send("GET", path, headers=forged)
        assert "evil" not in str(answer.headers)
        assert "evil" not in answer.text


async def test_an_address_in_a_parameter_is_followed_by_nobody(stranger: Visitor) -> None:
    for name in ("next", "url", "redirect", "redirect_uri", "return_to", "logout_uri"):
        for path in ("/auth/login", "/auth/logout", "/auth/signed-out", "/chat", "/", "/me"):
            answer = await stranger.send("GET", path, params={name: "https://evil.example/"})
            led = httpx.URL(answer.headers.get("Location", "/"))
            assert led.host != "evil.example"
            assert led.params.get("redirect_uri") != "https://evil.example/"
