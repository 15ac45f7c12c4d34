"""Slack, put together: the addresses that it calls, or our connection, and what answers there."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Self

import aiohttp
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from bots.connected_platform import ConnectedPlatform
from bots.platform import Accept
from bots.slack.beside_queue.acts import Acts
from bots.slack.beside_queue.closed_account import ClosedAccount
from bots.slack.incoming.endpoint import Decide, SlackEdge
from bots.slack.incoming.socket_mode import socket_mode
from bots.slack.installations.bot_tokens import BotTokens
from bots.slack.installations.install_pages import (
    REDIRECT,
    Administers,
    InstallPages,
    OAuthClient,
    authorize_url,
)
from bots.slack.installations.installation_end import InstallationEnd
from bots.slack.installations.installation_store import InstallationStore
from bots.slack.installed_platforms import InstalledPlatforms
from bots.slack.platform import TIMEOUT, ServiceParts, SlackPlatform, installed_platform
from bots.slack.registration import SlackApp
from bots.turn.service import TurnService
from identity.audit_log import AuditLog
from identity.service import Identity
from identity.web.html import Html
from identity.workspaces.pauses import Pauses


@dataclass(frozen=True, slots=True)
class InstallationParts:
    """What installing the app, and its end, need of the rest of the service.

    :param public_url: our own base URL, as browsers know it.
    """

    store: InstallationStore
    pauses: Pauses
    html: Html
    administrators: Administers
    audit: AuditLog
    public_url: str

    @classmethod
    def of(cls, turns: TurnService, identity: Identity, html: Html) -> Self:
        """With the installations in the table of workspaces."""
        settings, clients = turns.settings, turns.clients
        table = settings.workspaces_table
        return cls(
            InstallationStore(
                clients.dynamodb,
                clients.kms,
                turns.execute,
                table=table,
                key=settings.results_key_id,
            ),
            Pauses(clients.dynamodb, table, turns.execute),
            html,
            identity.administrators,
            identity.audit,
            settings.public_url,
        )


@asynccontextmanager
async def slack(
    app: SlackApp,
    accept: Accept,
    decide: Decide,
    service: ServiceParts,
    installing: InstallationParts,
    *,
    connections: int,
) -> AsyncIterator[ConnectedPlatform]:
    """Slack as a platform, with its connections, while the block runs.

    :param accept: puts a verified event into the inbox.
    :param decide: takes a decision about a turn, by the link of who clicked.
    :param service: what the platform needs of the rest of the chat service.
    :param connections: how many there are at the same time.
    """
    connector = aiohttp.TCPConnector(limit=connections)
    async with (
        aiohttp.ClientSession(connector=connector, timeout=TIMEOUT, trust_env=True) as http,
        AsyncExitStack() as ending,
    ):
        oauth = _oauth(app, http, installing.public_url)
        tokens = BotTokens(installing.store, _rotator(oauth)) if oauth else None
        if tokens is not None:
            ending.push_async_callback(tokens.finish)

        def make(token: str) -> SlackPlatform:
            return installed_platform(http, token, app.api_url, service)

        platforms = InstalledPlatforms(make, app.bot_token, tokens)
        end = InstallationEnd(installing.store, tokens, installing.pauses, platforms.check)
        closed = ClosedAccount(service.close_account)  # it needs no token of Slack's
        edge = SlackEdge(
            app.signing_secret,
            accept,
            decide,
            is_answered=service.is_answered_in,
            open_form=platforms.open_form,
            act=Acts([end.take, closed.take, platforms.act]).take,
        )
        pages = InstallPages(
            oauth,
            installing.store,
            tokens,
            html=installing.html,
            administrators=installing.administrators,
            audit=installing.audit,
        ).routes()
        if not app.app_token:
            yield ConnectedPlatform("slack", platforms, [*edge.routes(), *pages])
            return
        async with socket_mode(app.app_token, app.api_url, edge):
            yield ConnectedPlatform("slack", platforms, pages)


def _oauth(app: SlackApp, http: aiohttp.ClientSession, public_url: str) -> OAuthClient | None:
    if not app.client_id:
        return None
    api = AsyncWebClient(base_url=app.api_url, session=http)
    api.proxy = None  # the session reads the proxy's variables, and NO_PROXY with them
    return OAuthClient(
        app.client_id,
        app.client_secret,
        authorize_url=authorize_url(app.api_url),
        redirect_url=f"{public_url}{REDIRECT}",
        api=api,
    )


def _rotator(oauth: OAuthClient) -> AsyncTokenRotator:
    return AsyncTokenRotator(
        client_id=oauth.client_id, client_secret=oauth.client_secret, client=oauth.api
    )
