"""A browser without a screen: cookies, redirects, and forms as their page shows them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self
from urllib.parse import parse_qs, urlsplit

import aiohttp
from yarl import URL


@dataclass
class Form:
    """A form of a page: where it goes and what it would send."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(values.get("method", "get").lower(), values.get("action", "")))
        elif tag == "input" and values.get("name"):
            self.forms[-1].fields[values["name"]] = values.get("value", "")
        elif tag == "a":
            self.links.append(values["href"])
        elif tag == "script" and not values.get("src", "").startswith("/static/"):
            self.scripts += 1


@dataclass
class Page:
    """What the browser shows."""

    url: str
    status: int
    text: str
    headers: dict[str, str]
    history: tuple[str, ...]

    def __post_init__(self) -> None:
        parsed = _Forms()
        parsed.feed(self.text)
        self.forms, self.links, self.scripts = parsed.forms, parsed.links, parsed.scripts

    def form(self, action: str) -> Form:
        """The form that goes to ``action``."""
        return next(form for form in self.forms if urlsplit(form.action).path == action)

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.url).query).items()}


class Browser:
    """One person's browser; closed by whoever opened it."""

    def __init__(self, home: str) -> None:
        self.home = home
        # Chromium takes Secure cookies over plain HTTP on the loopback interface.
        self.jar = aiohttp.CookieJar(unsafe=True, treat_as_secure_origin=[URL(home)])
        self._http = aiohttp.ClientSession(
            cookie_jar=self.jar, timeout=aiohttp.ClientTimeout(total=20)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()

    @property
    def cookie(self) -> str | None:
        """The session's cookie."""
        morsel = self.jar.filter_cookies(URL(self.home)).get("__Host-bizassist")
        return morsel.value if morsel else None

    async def get(
        self, url: str, *, follow: bool = True, user_agent: str = "", **headers: str
    ) -> Page:
        if user_agent:
            headers["User-Agent"] = user_agent
        return await self._ask("GET", url, None, follow=follow, headers=headers)

    async def post(
        self, url: str, fields: dict[str, str] | None = None, *, follow: bool = True
    ) -> Page:
        return await self._ask("POST", url, fields or {}, follow=follow, headers={})

    async def submit(self, page: Page, action: str, *, follow: bool = True, **fields: str) -> Page:
        """Send a form of ``page``, filled in with ``fields``."""
        form = page.form(action)
        target = str(URL(page.url).join(URL(form.action)))
        return await self.post(target, {**form.fields, **fields}, follow=follow)

    async def submit_get(self, page: Page, action: str) -> Page:
        """Send a form of ``page`` whose fields become the query."""
        form = next(form for form in page.forms if form.action == action and form.method == "get")
        return await self.get(str(URL(form.action).with_query(form.fields)))

    async def sign_in(self, page: Page, person: str, password: str, *, follow: bool = True) -> Page:
        """Fill in the user pool's own sign-in page."""
        return await self.submit(page, "/login", username=person, password=password, follow=follow)

    async def _ask(
        self,
        method: str,
        url: str,
        fields: dict[str, str] | None,
        *,
        follow: bool,
        headers: dict[str, str],
    ) -> Page:
        target = URL(self.home).join(URL(url, encoded=True))
        async with self._http.request(
            method,
            target,
            data=fields,
            allow_redirects=follow,
            headers={"Accept": "text/html,*/*;q=0.8", **headers},
        ) as answer:
            return Page(
                url=str(answer.url),
                status=answer.status,
                text=await answer.text(),
                headers=dict(answer.headers),
                history=tuple(str(step.url) for step in answer.history),
            )
