"""A deployment, and an application with nothing but identity in it."""

import hashlib
import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import boto3

from bizassist.local.ports import LOOPBACK
from identity.links import Link
from identity.people import ChatUser, Names
from identity.service import Identity
from identity.settings import IdentitySettings
from tests.identity.browser import Browser, Page


@dataclass
class Deployment:
    """What was provisioned, and the passwords of its people."""

    parameters: Mapping[str, str]
    passwords: dict[str, str]
    port: int
    aws: boto3.Session = field(default_factory=boto3.Session)

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def session_row(self, cookie: str) -> dict[str, Any] | None:
        """The row of the session with this cookie."""
        answer = self.aws.client("dynamodb").get_item(
            TableName=self.parameters["sessions_table"],
            Key={"id": {"S": hashlib.sha256(cookie.encode()).hexdigest()}},
        )
        return answer.get("Item")

    @property
    def settings(self) -> IdentitySettings:
        names = IdentitySettings.__dataclass_fields__
        known = {name: value for name, value in self.parameters.items() if name in names}
        return IdentitySettings(**known, public_url=self.url)  # type: ignore[arg-type]


@dataclass
class IdentityApplication:
    """The running application and what it was told."""

    identity: Identity
    deployment: Deployment
    linked: list[Link] = field(default_factory=list)
    chat_is_down: bool = False
    stopped: list[tuple[str, str]] = field(default_factory=list)
    """The runtime sessions that were stopped, each with the token it was stopped with."""

    notices: dict[str, str] = field(default_factory=dict)
    """What is said of the workspaces of chat users, by their keys."""

    async def notice_of(self, chat_user: ChatUser) -> str:
        return self.notices.get(chat_user.key, "")

    async def on_linked(self, link: Link) -> None:
        if self.chat_is_down:
            raise ConnectionError("the chat is down")
        self.linked.append(link)

    async def link_url(self, chat_user: ChatUser, names: Names | None = None) -> str:
        return await self.identity.link_url(chat_user, names or Names("Acme", "Alice A."))

    async def to_confirmation(self, browser: Browser, url: str, person: str) -> Page:
        """Open a link, sign in as ``person``, arrive at the confirmation page."""
        at_pool = await self.to_pool(browser, url)
        return await browser.sign_in(at_pool, person, self.deployment.passwords[person])

    async def to_pool(self, browser: Browser, url: str) -> Page:
        """Open a link, go on to the pool's sign-in page."""
        return await browser.submit(await browser.get(url), urlsplit(url).path)

    async def link(self, browser: Browser, chat_user: ChatUser, person: str) -> Link:
        """The whole way, for tests that begin behind it."""
        page = await self.to_confirmation(browser, await self.link_url(chat_user), person)
        await browser.submit(page, "/link/confirm", answer="link")
        link = await self.identity.links.active(chat_user)
        assert link is not None
        return link

    async def waiting_tokens(self, browser: Browser, chat_user: ChatUser) -> list[str]:
        """The refresh tokens that wait in the browser's session for a confirmation."""
        pending = (await self.stored_session(browser))["confirmations"].values()
        decrypt = self.identity.token_encryption.decrypt
        return [await decrypt(b64decode(one["sealed"]), chat_user) for one in pending]

    async def stored_session(self, browser: Browser) -> dict[str, Any]:
        """What the table keeps of the browser's session."""
        assert browser.cookie
        row = self.deployment.session_row(browser.cookie)
        content: dict[str, Any] = json.loads(row["content"]["S"]) if row else {}
        return content

    async def refreshes(self, refresh_token: str) -> bool:
        """Whether the user pool still takes a refresh token."""
        cognito = self.deployment.aws.client("cognito-idp")
        client = self.deployment.parameters["web_client_id"]
        try:
            cognito.get_tokens_from_refresh_token(RefreshToken=refresh_token, ClientId=client)
        except cognito.exceptions.NotAuthorizedException:
            return False
        return True

    async def web_sign_in(self, browser: Browser, person: str, path: str = "/auth/login") -> Page:
        at_pool = await browser.get(path)
        return await browser.sign_in(at_pool, person, self.deployment.passwords[person])
