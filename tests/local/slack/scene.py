"""The double and, in place of the chat service, an app that writes down what it is sent."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

SECRET, TOKEN = "signing-secret-of-the-tests", "xoxb-of-the-tests"
ALICE, ADMIN, GENERAL = "U0ALICE0000", "U0ADMIN0000", "C0GENERAL00"
PARTNERS = "C0PARTNERS0"
ALICE_DM, ADMIN_DM, BOT = "D0ALICE0000", "D0ADMIN0000", "U0BIZASSIST"
OTHER_BOT, FORMER, VISITOR = "U0OTHERBOT0", "U0FORMER000", "U0VISITOR00"


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: str


@dataclass
class App:
    """Answers each request with the next of ``answers``, and then with an empty 200."""

    received: list[Received] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append(Received(request.path, headers, await request.text()))
        self.arrived.set()
        return self.answers.pop(0) if self.answers else web.Response()

    async def has_received(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.received) < count:
                self.arrived.clear()
                await self.arrived.wait()


@dataclass
class Scene:
    http: aiohttp.ClientSession
    slack: str
    app: App

    async def call(self, method: str, token: str | None = TOKEN, **given: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{self.slack}/api/{method}"
        async with self.http.post(url, json=given, headers=headers) as answer:
            assert answer.status == 200
            return dict(await answer.json())

    async def answered(self, method: str, **given: Any) -> tuple[int, str | None, dict[str, Any]]:
        """Status, ``Retry-After`` and body of a call's answer."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = f"{self.slack}/api/{method}"
        async with self.http.post(url, json=given, headers=headers) as answer:
            return answer.status, answer.headers.get("Retry-After"), await answer.json()

    async def act(self, what: str, **given: Any) -> dict[str, Any]:
        async with self.http.post(f"{self.slack}/double/{what}", json=given) as answer:
            return dict(await answer.json())

    async def sees(self, user: str, channel: str) -> list[dict[str, Any]]:
        query = {"user": user, "channel": channel}
        async with self.http.get(f"{self.slack}/double/view", params=query) as answer:
            assert answer.status == 200, await answer.text()
            return list((await answer.json())["messages"])
