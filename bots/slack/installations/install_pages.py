"""Installing the app in a workspace by OAuth: what it may do there, then Slack's page, then ours.

https://docs.slack.dev/authentication/installing-with-oauth
"""

import hmac
import logging
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp_session import get_session
from slack_sdk.oauth import AuthorizeUrlGenerator
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.web.async_client import AsyncWebClient

from bots.errors import PlatformError
from bots.slack.installations.bot_tokens import BotTokens
from bots.slack.installations.installation_store import InstallationStore
from bots.slack.outgoing.platform_errors import platform_errors
from bots.slack.scopes import BOT_SCOPES
from identity.audit_log import AuditLog
from identity.oidc.token_verification import Account
from identity.web.html import Html

TEMPLATES = Path(__file__).parent / "templates"

INSTALL, REDIRECT = "/slack/install", "/slack/oauth_redirect"
STATE = "slack_install"
STATE_SECONDS = 600
LONGEST_TEAM = 100

ONE_WORKSPACE = (
    "BizAssist is installed in one workspace by its bot token. To install it in several, give the "
    "service SLACK_CLIENT_ID and SLACK_CLIENT_SECRET."
)
CANCELLED = "Nothing was installed: it was cancelled at Slack."
UNKNOWN = "This installation wasn't begun in this browser, or more than ten minutes ago."
REFUSED = "Slack didn't confirm the installation. Please try again."

_log = logging.getLogger(__name__)


class Administers(Protocol):
    """Who may install."""

    async def for_page(self, request: web.Request) -> Account:
        """The administrator who opens a page; it raises for everybody else."""


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """Our app as Slack's OAuth pages know it.

    :param authorize_url: Slack's page where a workspace is chosen.
    """

    client_id: str
    client_secret: str = field(repr=False)
    authorize_url: str
    redirect_url: str
    api: AsyncWebClient


class InstallPages:
    """The two pages; both are administrators' of this deployment.

    Whoever else could install the app in a workspace of theirs would choose where people of this
    company are answered.

    :param oauth: None where the app has one workspace, by its token.
    """

    def __init__(
        self,
        oauth: OAuthClient | None,
        store: InstallationStore,
        tokens: BotTokens | None,
        *,
        html: Html,
        administrators: Administers,
        audit: AuditLog,
    ) -> None:
        self._oauth = oauth
        self._store = store
        self._tokens = tokens
        self._html = html
        self._administrators = administrators
        self._audit = audit

    def routes(self) -> list[web.RouteDef]:
        """The routes, for ``Application.add_routes``."""
        return [
            web.get(INSTALL, self.install, allow_head=False),
            web.get(REDIRECT, self.redirected, allow_head=False),
        ]

    async def install(self, request: web.Request) -> web.Response:
        """``GET /slack/install``: each scope and what it is for, and the way to Slack."""
        await self._administrators.for_page(request)
        if self._oauth is None:
            return await self._message(request, ONE_WORKSPACE)
        state = secrets.token_urlsafe(24)
        session = await get_session(request)
        session[STATE] = {"state": state, "until": time.time() + STATE_SECONDS}
        address = AuthorizeUrlGenerator(
            client_id=self._oauth.client_id,
            redirect_uri=self._oauth.redirect_url,
            scopes=list(BOT_SCOPES),
            authorization_url=self._oauth.authorize_url,
        ).generate(state)
        return await self._html.page(
            request, "slack_install.html", scopes=BOT_SCOPES, address=address
        )

    async def redirected(self, request: web.Request) -> web.Response:
        """``GET /slack/oauth_redirect``: back from Slack, in the browser that left for it."""
        administrator = await self._administrators.for_page(request)
        begun: Mapping[str, Any] | None = (await get_session(request)).pop(STATE, None)
        if self._oauth is None:
            return await self._message(request, ONE_WORKSPACE)
        state = request.query.get("state", "")
        known = begun is not None and begun["until"] > time.time()
        if begun is None or not known or not hmac.compare_digest(begun["state"], state):
            return await self._message(request, UNKNOWN, again=True, status=400)
        if "code" not in request.query:
            _log.info("an installation was not confirmed at Slack")
            return await self._message(request, CANCELLED, again=True)
        return await self._confirmed(request, self._oauth, administrator)

    async def _confirmed(
        self, request: web.Request, oauth: OAuthClient, administrator: Account
    ) -> web.Response:
        try:
            installation = await _exchanged(oauth, request.query["code"])
        except PlatformError as error:
            _log.warning("Slack grants no installation: %s", error)
            return await self._message(request, REFUSED, again=True, status=502)
        wide = installation.is_enterprise_install
        key = str(installation.enterprise_id if wide else installation.team_id)
        await self._audit.write("installed", by=administrator.label, about=f"slack {key}")
        await self._store.async_save(installation)
        if self._tokens is not None:
            self._tokens.forget(key)
        called = installation.enterprise_name if wide else installation.team_name
        where = f"{called}, in all of its workspaces" if wide else str(called)
        return await self._message(
            request, f"BizAssist is installed in {where[:LONGEST_TEAM]}.", heading="Installed"
        )

    async def _message(
        self,
        request: web.Request,
        sentence: str,
        *,
        again: bool = False,
        heading: str = "Install BizAssist in Slack",
        status: int = 200,
    ) -> web.Response:
        link = {"link": {"url": INSTALL, "text": "Start again"}} if again else {}
        return await self._html.page(
            request, "message.html", status=status, heading=heading, sentence=sentence, **link
        )


def authorize_url(api_url: str) -> str:
    """Slack's page of the same host as its Web API."""
    parts = urlsplit(api_url)
    return f"{parts.scheme}://{parts.netloc}/oauth/v2/authorize"


async def _exchanged(oauth: OAuthClient, code: str) -> Installation:
    """What Slack has granted (oauth.v2.access).

    :raises PlatformError: when it hasn't.
    """
    with platform_errors():
        answer = await oauth.api.oauth_v2_access(
            client_id=oauth.client_id,
            client_secret=oauth.client_secret,
            code=code,
            redirect_uri=oauth.redirect_url,
        )
    organisation, workspace = answer.get("enterprise") or {}, answer.get("team") or {}
    return Installation(
        app_id=answer.get("app_id"),
        enterprise_id=organisation.get("id"),
        enterprise_name=organisation.get("name"),
        team_id=workspace.get("id"),
        team_name=workspace.get("name"),
        bot_token=answer["access_token"],
        bot_user_id=answer.get("bot_user_id"),
        bot_scopes=answer.get("scope", ""),
        bot_refresh_token=answer.get("refresh_token"),
        bot_token_expires_in=answer.get("expires_in"),
        user_id=str((answer.get("authed_user") or {}).get("id", "")),
        is_enterprise_install=bool(answer.get("is_enterprise_install")),
        token_type=answer.get("token_type"),
    )
