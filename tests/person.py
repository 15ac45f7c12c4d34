"""A person with a browser that runs no scripts: follows links, fills in forms, reads pages."""

import asyncio
import html
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpx

from tests.conftest import Stack

_FORM = re.compile(r"<form\b[^>]*>.*?</form>", re.DOTALL)
_FIELD = re.compile(r"<input\b[^>]*>")
_TAG = re.compile(r"<[^>]+>")
_TURN = re.compile(r'<article class="turn".*?</article>', re.DOTALL)


class Person:
    """One browser session with its own cookies.

    ``__Host-`` cookies are Secure; browsers send those to 127.0.0.1 by plain HTTP too, httpx does
    not, so they are kept by hand.
    """

    def __init__(self) -> None:
        self._http = httpx.AsyncClient(timeout=20)
        self._cookies: dict[str, dict[str, str]] = {}
        self.page: httpx.Response

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def open(self, url: str, **options: object) -> httpx.Response:
        """Go to an address and follow where it leads."""
        return await self.send("GET", url, **options)

    async def send(self, method: str, url: str, **options: object) -> httpx.Response:
        """Any request, with this browser's cookies, following redirects as a browser does."""
        for _ in range(10):
            page = await self._step(method, url, **options)
            if not page.is_redirect:
                self.page = page
                return page
            url, method, options = urljoin(url, page.headers["location"]), "GET", {}
        raise AssertionError("redirected too often")

    async def post(self, url: str, fields: Mapping[str, str]) -> httpx.Response:
        """Send a form; where its answer leads isn't followed, and the page stays."""
        return await self._step("POST", url, data=dict(fields))

    async def _step(self, method: str, url: str, **options: object) -> httpx.Response:
        host = httpx.URL(url).netloc.decode()
        jar = self._cookies.setdefault(host, {})
        cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
        headers = {"Accept": "text/html", "Cookie": cookie, **options.pop("headers", {})}  # type: ignore[dict-item]
        page = await self._http.request(method, url, headers=headers, **options)  # type: ignore[arg-type]
        for line in page.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            jar[name] = value
        return page

    async def submit(self, action: str, **fields: str) -> httpx.Response:
        """Send the page's form whose action contains ``action``, its hidden fields included."""
        url, given = self.form(action)
        return await self.send("POST", url, data={**given, **fields})

    def form(self, action: str) -> tuple[str, dict[str, str]]:
        """Where the page's form goes whose action contains ``action``, and what it would send."""
        forms = _FORM.findall(self.page.text)
        form = next(form for form in forms if action in _attribute(form, "action"))
        given = {
            _attribute(field, "name"): _attribute(field, "value") for field in _FIELD.findall(form)
        }
        return urljoin(str(self.page.url), _attribute(form, "action")), given

    def text(self) -> str:
        """What the page says."""
        return _said(self.page.text)

    def conversation(self) -> str:
        """The questions and answers of a chat page, without the titles of other conversations."""
        return _said(" ".join(_TURN.findall(self.page.text)))


def _said(page: str) -> str:
    return html.unescape(" ".join(_TAG.sub(" ", page).split()))


def _attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return html.unescape(found.group(1)) if found else ""


@asynccontextmanager
async def signed_in(stack: Stack, username: str) -> AsyncIterator[Person]:
    """A sample person who is signed in to the web chat."""
    async with Person() as person:
        await person.open(f"{stack.chat}/auth/login?next=/chat")
        await person.submit("/login", username=username, password=stack.password(username))
        yield person


async def answered(person: Person, question: str) -> str:
    """Ask in a new conversation and reload until the answer is there, as without scripts."""
    await person.open(urljoin(str(person.page.url), "/chat"))
    await person.submit("/chat/", text=question)
    async with asyncio.timeout(30):
        while "pending" in person.page.text:
            await asyncio.sleep(0.2)
            await person.open(str(person.page.url))
    return person.text()
