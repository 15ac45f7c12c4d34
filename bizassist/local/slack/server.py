"""The double as one aiohttp application."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bizassist.local.own_machine import is_ours
from bizassist.local.slack.control.conditions import Conditions
from bizassist.local.slack.control.person_actions import PersonActions
from bizassist.local.slack.control.removals import Removals
from bizassist.local.slack.events.delivery import RETRIES, Delivery
from bizassist.local.slack.events.files import FileDownloads
from bizassist.local.slack.events.person_actions import Acts
from bizassist.local.slack.events.response_urls import ResponseUrls
from bizassist.local.slack.events.socket_connections import SocketConnections
from bizassist.local.slack.events.surface_actions import SurfaceActs
from bizassist.local.slack.page.routes import Page
from bizassist.local.slack.team import NORTHWIND, TEAMS
from bizassist.local.slack.web_api.authorization import Authorization
from bizassist.local.slack.web_api.endpoint import WebApi
from bizassist.local.slack.web_api.faults import Calls
from bizassist.local.slack.web_api.oauth import OAuth, OAuthApp
from bizassist.local.slack.web_api.rate_limits import RateLimits
from bizassist.local.slack.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Settings:
    """Where everything is.

    :param own_url: where this double listens; its response URLs begin with it.
    :param public_url: where the app listens for commands and events.
    :param bot_token: the one token that the Web API takes.
    :param app_token: of an app in Socket Mode; empty for one that is called over HTTP.
    :param client_id, client_secret: of the app's OAuth pages; empty for one that has none.
    :param rate_limits: whether calls are refused when they are too many for Slack.
    """

    own_url: str
    public_url: str
    signing_secret: str
    bot_token: str
    retries: tuple[float, ...] = RETRIES
    rate_limits: bool = True
    app_token: str = ""
    client_id: str = ""
    client_secret: str = ""


def application(settings: Settings) -> web.Application:
    """A workspace that is empty and ready."""
    workspace, calls = Workspace(), Calls()
    authorization = Authorization(settings.bot_token, workspace.clock)
    others = [Workspace(team, workspace.clock) for team in TEAMS.values() if team != NORTHWIND]
    workspaces = {one.team.id: one for one in (workspace, *others)}
    limits = RateLimits(workspace.clock, on=settings.rate_limits)
    urls = ResponseUrls(workspace, settings.own_url, calls)
    sockets = SocketConnections(settings.app_token, settings.own_url)
    delivery = Delivery(
        settings.public_url,
        settings.signing_secret,
        settings.retries,
        sockets if settings.app_token else None,
    )
    acts = Acts(workspace, delivery, urls, settings.own_url)
    surface_acts = SurfaceActs(workspace, delivery, urls)

    async def delivering(_: web.Application) -> AsyncIterator[None]:
        async with delivery:
            yield

    app = web.Application(middlewares=[_from_here])
    app.cleanup_ctx.append(delivering)
    if settings.app_token:
        app.add_routes(sockets.routes())
    oauth = OAuthApp(
        settings.client_id,
        settings.client_secret,
        f"{settings.public_url}/slack/oauth_redirect",
    )
    app.add_routes(OAuth(oauth, authorization, calls, workspace.clock).routes())
    app.add_routes(Removals(authorization, delivery).routes())
    for other in others:
        app.add_subapp(f"/{other.team.domain}", _people(other, delivery, settings, calls))
    app.add_routes(WebApi(workspaces, authorization, limits, calls).routes())
    app.add_routes(urls.routes())
    app.add_routes(FileDownloads(workspace, authorization).routes())
    app.add_routes(PersonActions(workspace, acts, surface_acts, calls).routes())
    app.add_routes(
        Conditions(workspace, authorization, limits, calls, urls, sockets=sockets).routes()
    )
    app.add_routes(Page(workspace, acts, surface_acts).routes())
    app.add_routes([web.get("/healthz", _healthz)])
    return app


def _people(
    workspace: Workspace, delivery: Delivery, settings: Settings, calls: Calls
) -> web.Application:
    """What the people of a further workspace do, below its name."""
    own_url = f"{settings.own_url}/{workspace.team.domain}"
    urls = ResponseUrls(workspace, own_url, calls)
    acts, surface_acts = (
        Acts(workspace, delivery, urls, own_url),
        SurfaceActs(workspace, delivery, urls),
    )
    app = web.Application()
    app.add_routes(urls.routes())
    app.add_routes(PersonActions(workspace, acts, surface_acts, calls).routes())
    return app


async def _healthz(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


@web.middleware
async def _from_here(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Keep other sites' pages out: this double lets whoever asks speak as a sample person."""
    if not is_ours(request.headers.get("Host", ""), request.headers.get("Origin")):
        raise web.HTTPForbidden(text="This is a local stand-in; open it by its own address.")
    return await handler(request)
