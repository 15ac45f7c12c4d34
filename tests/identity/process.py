"""Another process of the service: a token broker with clients of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from identity.aws import Clients
from identity.directory.closed_chat_accounts import nothing_more
from identity.directory.deprovisioning import Deprovisioning
from identity.directory.enabled_check import UserPool
from identity.executor import Executor
from identity.links import Links
from identity.oidc.provider import OidcProvider
from identity.oidc.token_verification import TokenVerifier
from identity.runtime_sessions import RuntimeSessions
from identity.sessions.session_list import SessionList
from identity.settings import IdentitySettings
from identity.tokens.broker import TokenBroker
from identity.tokens.encryption import TokenEncryption
from tests.identity.application import Deployment

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


@dataclass
class Process:
    """A token broker as another process of the service has it, and the calls it makes."""

    broker: TokenBroker
    cognito: "CognitoIdentityProviderClient"
    refreshed: list[str]
    stopped: list[tuple[str, str]]
    """The runtime sessions that were stopped, each with the token it was stopped with."""


@asynccontextmanager
async def running_process(
    deployment: Deployment,
    execute: Executor,
    cognito: "CognitoIdentityProviderClient | None" = None,
    settings: IdentitySettings | None = None,
) -> AsyncIterator[Process]:
    """A process; ``cognito`` replaces its client of the user pool."""
    settings, clients = settings or deployment.settings, Clients.of(deployment.aws)
    cognito = cognito or clients.cognito
    refreshed: list[str] = []
    cognito.meta.events.register(
        "before-parameter-build.cognito-identity-provider.GetTokensFromRefreshToken",
        lambda params, **_: refreshed.append(params["RefreshToken"]),
    )
    oidc = OidcProvider(discovery_url=settings.discovery_url, issuer=settings.issuer)
    links = Links(clients.dynamodb, settings.links_table, execute)
    stopped: list[tuple[str, str]] = []

    async def stop_session(session: str, token: str) -> None:
        stopped.append((session, token))

    runtime_sessions = RuntimeSessions(stop_session)
    deprovisioning = Deprovisioning(
        UserPool(cognito, settings.user_pool_id, execute),
        SessionList(clients.dynamodb, settings.sessions_table, execute),
        links,
        runtime_sessions,
        on_left=nothing_more,
        on_back=nothing_more,
    )
    broker = TokenBroker(
        links=links,
        token_encryption=TokenEncryption(clients.kms, settings.tokens_key_id, execute),
        verifier=TokenVerifier(oidc, client_id=settings.web_client_id),
        cognito=cognito,
        client_id=settings.web_client_id,
        execute=execute,
        is_enabled=deprovisioning.is_enabled,
        runtime_sessions=runtime_sessions,
    )
    async with oidc, broker:
        yield Process(broker, cognito, refreshed, stopped)
