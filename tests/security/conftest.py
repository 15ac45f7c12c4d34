"""Browsers of two people on the running product, with their cookies in the open."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import httpx
import pytest

from tests.conftest import Stack
from tests.person import Person, signed_in

NONE: Mapping[str, str] = MappingProxyType({})


@dataclass
class Visitor:
    """Sends what a test says, as it says it, and follows nothing."""

    http: httpx.AsyncClient
    cookie: str = ""
    csrf: str = ""

    async def send(
        self, method: str, path: str, headers: Mapping[str, str] = NONE, **options: Any
    ) -> httpx.Response:
        own = {"Accept": "text/html", **({"Cookie": self.cookie} if self.cookie else {})}
        return await self.http.request(method, path, headers={**own, **headers}, **options)

    async def status(self, path: str) -> int:
        """How an address answers, without waiting for the end of what it might stream."""
        headers = {"Accept": "text/html", "Cookie": self.cookie}
        async with self.http.stream("GET", path, headers=headers) as answer:
            return answer.status_code


@pytest.fixture(scope="module")
async def http(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=stack.chat, timeout=20) as client:
        yield client


@pytest.fixture(scope="module")
def stranger(http: httpx.AsyncClient) -> Visitor:
    return Visitor(http)


async def _visitor(stack: Stack, http: httpx.AsyncClient, username: str) -> Visitor:
    async with signed_in(stack, username) as person:
        jar = person._cookies[httpx.URL(stack.chat).netloc.decode()]
        cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
        return Visitor(http, cookie, csrf_of(person))


def csrf_of(person: Person) -> str:
    return person.page.text.partition('name="csrf_token" value="')[2].partition('"')[0]


@pytest.fixture(scope="module")
async def alice(stack: Stack, http: httpx.AsyncClient) -> Visitor:
    return await _visitor(stack, http, "alice")


@pytest.fixture(scope="module")
async def admin(stack: Stack, http: httpx.AsyncClient) -> Visitor:
    return await _visitor(stack, http, "admin")
