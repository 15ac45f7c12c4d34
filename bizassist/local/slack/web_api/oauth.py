"""Installing the app by OAuth: the page where a workspace is chosen, and ``oauth.v2.access``.

https://docs.slack.dev/authentication/installing-with-oauth
https://docs.slack.dev/reference/methods/oauth.v2.access
"""

import base64
import secrets
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bizassist.local.slack.clock import Clock
from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.people import PEOPLE
from bizassist.local.slack.team import TEAMS, Team
from bizassist.local.slack.web_api.arguments import Arguments
from bizassist.local.slack.web_api.authorization import TOKEN_SECONDS, Authorization, Grant
from bizassist.local.slack.web_api.faults import Calls
from bizassist.local.slack.workspace import APP, BOT_USER

CODE_SECONDS = 600
"""A code expires then, and is good once (the same page)."""
METHOD = "oauth.v2.access"


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """The app as the OAuth pages know it.

    :param redirect_url: the one that its manifest names.
    """

    client_id: str
    client_secret: str
    redirect_url: str


@dataclass(frozen=True, slots=True)
class Code:
    """What was allowed, until the app fetches it."""

    team: Team
    scopes: str
    redirect: str
    made: float


class OAuth:
    """The routes of it."""

    def __init__(
        self, app: OAuthApp, authorization: Authorization, calls: Calls, clock: Clock
    ) -> None:
        self._app = app
        self._authorization = authorization
        self._calls = calls
        self._clock = clock
        self._codes: dict[str, Code] = {}

    def routes(self) -> list[web.RouteDef]:
        """The routes, for ``Application.add_routes``."""
        return [
            web.get("/oauth/v2/authorize", self._choose),
            web.post("/oauth/v2/authorize", self._allowed),
            web.post(f"/api/{METHOD}", self._access),
        ]

    async def _choose(self, request: web.Request) -> web.Response:
        asked = self._asked(request)
        scopes = "".join(f"<li>{escape(one)}</li>" for one in asked["scope"].split(","))
        teams = "".join(
            f'<label><input type="radio" name="team" value="{team.id}" required> '
            f"{escape(team.name)}{' (all workspaces)' if team.enterprise else ''}</label><br>"
            for team in TEAMS.values()
        )
        page = (
            '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Install · Slack</title>'
            '<link rel="stylesheet" href="/static/slack.css"><body class="oauth"><h1>BizAssist is '
            f"requesting permission to access a Slack workspace</h1><ul>{scopes}</ul>"
            f'<form method="post"><fieldset><legend>Workspace</legend>{teams}</fieldset>'
            '<button class="button primary" name="allow" value="1">Allow</button> '
            '<button class="button" name="cancel" value="1" formnovalidate>Cancel</button>'
            "</form></body></html>"
        )
        return web.Response(text=page, content_type="text/html")

    async def _allowed(self, request: web.Request) -> web.Response:
        asked, form = self._asked(request), await request.post()
        answer = {"state": asked["state"]}
        if form.get("cancel"):
            answer["error"] = "access_denied"
        else:
            code = secrets.token_hex(16)
            team = TEAMS[str(form.get("team"))]
            self._codes[code] = Code(team, asked["scope"], asked["redirect_uri"], self._clock.now())
            answer["code"] = code
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode(answer)}")

    def _asked(self, request: web.Request) -> dict[str, str]:
        """What the app asks for; Slack's page says what is wrong with it."""
        asked = {name: request.query.get(name, "") for name in ("scope", "state", "redirect_uri")}
        if not self._app.client_id or request.query.get("client_id") != self._app.client_id:
            raise web.HTTPBadRequest(text="bad_client_id")
        if asked["redirect_uri"] != self._app.redirect_url:
            raise web.HTTPBadRequest(text="bad_redirect_uri")
        if not asked["scope"]:
            raise web.HTTPBadRequest(text="no_scopes")
        return asked

    async def _access(self, request: web.Request) -> web.Response:
        given = Arguments({})
        try:
            given = await Arguments.of(request)
            answer: dict[str, Any] = await self._calls.play(
                METHOD, lambda: {"ok": True, **self._granted(request, given)}
            )
            status, headers = 200, {}
        except SlackError as error:
            answer, status, headers = error.body(), error.status, error.headers()
        kept = {"grant_type": given.values.get("grant_type", "")}
        self._calls.note(METHOD, kept, {"ok": answer["ok"]})  # the rest is secret
        return web.json_response(answer, status=status, headers=headers)

    def _granted(self, request: web.Request, given: Arguments) -> dict[str, Any]:
        self._check_client(request)
        if given.optional("grant_type") == "refresh_token":
            grant = self._authorization.rotate(given.required("refresh_token"))
            return _answer(grant, "")
        code = self._codes.pop(given.required("code"), None)
        if code is None:
            raise SlackError("invalid_code")
        if self._clock.now() - code.made > CODE_SECONDS:
            raise SlackError("code_expired")
        if given.optional("redirect_uri") != code.redirect:
            raise SlackError("bad_redirect_uri")
        return _answer(self._authorization.grant(code.team), code.scopes)

    def _check_client(self, request: web.Request) -> None:
        """The client's id and secret, as HTTP's basic authentication."""
        scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
        known = f"{self._app.client_id}:{self._app.client_secret}"
        if scheme.lower() != "basic" or base64.b64decode(encoded).decode() != known:
            raise SlackError("bad_client_secret")


def _answer(grant: Grant, scopes: str) -> dict[str, Any]:
    team, wide = grant.team, bool(grant.team.enterprise)
    return {
        "app_id": APP,
        "authed_user": {"id": next(iter(PEOPLE))},
        "scope": scopes,
        "token_type": "bot",
        "access_token": grant.token,
        "refresh_token": grant.refresh,
        "expires_in": TOKEN_SECONDS,
        "bot_user_id": BOT_USER,
        "team": None if wide else {"id": team.id, "name": team.name},
        "enterprise": {"id": team.enterprise, "name": team.name} if wide else None,
        "is_enterprise_install": wide,
    }
