"""The whole of this package, put together: what an application opens once and asks everything."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from aiohttp import web
from aiohttp_session import session_middleware

from identity.admin.administrators import Administrators
from identity.admin.people_page import AdminPages
from identity.audit_log import AuditLog
from identity.aws import Clients
from identity.directory.deprovisioning import Deprovisioning
from identity.directory.linked_people import Directory
from identity.directory.user_pool import UserPool
from identity.executor import Executor
from identity.linking.link_requests import LinkRequests
from identity.linking.pages import LinkPages, OnLinked
from identity.linking.receipts import Receipts
from identity.linking.undo_page import UndoPages
from identity.links import Link, Links
from identity.me.pages import MePages
from identity.memory.conversation_events import ConversationEvents
from identity.memory.forget_page import MemoryPages
from identity.memory.records import MemoryRecords
from identity.memory.role import MemoryRole
from identity.oidc.authorization_code import AuthorizationCodeFlow
from identity.oidc.provider import OidcProvider
from identity.people import ChatUser, Names
from identity.routes import identity_routes
from identity.sessions.session_list import SessionList
from identity.sessions.session_store import SessionStore
from identity.sign_in.pages import AuthPages
from identity.tokens.broker import TokenBroker
from identity.tokens.encryption import TokenEncryption
from identity.web.html import Html
from identity.web.middleware import error_pages, security_headers
from identity.web.rate_limit import RateLimit

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """Where identity lives in this deployment.

    :param issuer: as tokens name it; addresses come from ``discovery_url`` only.
    :param public_url: our own base URL, as browsers know it, without a slash at its end.
    :param trusted_proxies: how many proxies of ours stand between the browsers and us.
    """

    user_pool_id: str
    issuer: str
    discovery_url: str
    web_client_id: str
    links_table: str
    link_requests_table: str
    sessions_table: str
    audit_table: str
    tokens_key_id: str
    memory_id: str
    memory_role_arn: str
    public_url: str
    trusted_proxies: int = 0


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is speaking: links, their tokens, and the pages around them."""

    settings: IdentitySettings
    links: Links
    link_requests: LinkRequests
    tokens: TokenBroker
    oidc: OidcProvider
    token_encryption: TokenEncryption
    sessions: SessionStore
    session_list: SessionList
    audit: AuditLog
    deprovisioning: Deprovisioning
    receipts: Receipts
    memories: MemoryRecords
    conversations: ConversationEvents

    @classmethod
    @asynccontextmanager
    async def open(
        cls, settings: IdentitySettings, session: "boto3.Session", execute: Executor
    ) -> AsyncIterator[Self]:
        """Everything that needs no application; ends what it began when the block ends."""
        clients = Clients.of(session)
        links = Links(clients.dynamodb, settings.links_table, execute)
        token_encryption = TokenEncryption(clients.kms, settings.tokens_key_id, execute)
        session_list = SessionList(clients.dynamodb, settings.sessions_table, execute)
        pool = UserPool(clients.cognito, settings.user_pool_id, execute)
        deprovisioning = Deprovisioning(pool, session_list, links)
        role = MemoryRole(settings.memory_role_arn, session, clients.sts)
        async with (
            OidcProvider(
                discovery_url=settings.discovery_url,
                issuer=settings.issuer,
                client_id=settings.web_client_id,
            ) as oidc,
            TokenBroker(
                links=links,
                token_encryption=token_encryption,
                oidc=oidc,
                cognito=clients.cognito,
                client_id=settings.web_client_id,
                execute=execute,
                is_enabled=deprovisioning.is_enabled,
            ) as tokens,
            deprovisioning.polling(),
        ):
            yield cls(
                settings=settings,
                links=links,
                link_requests=LinkRequests(clients.dynamodb, settings.link_requests_table, execute),
                tokens=tokens,
                oidc=oidc,
                token_encryption=token_encryption,
                sessions=SessionStore(
                    clients.dynamodb, settings.sessions_table, execute, deprovisioning.is_enabled
                ),
                session_list=session_list,
                audit=AuditLog(clients.dynamodb, settings.audit_table, execute),
                deprovisioning=deprovisioning,
                receipts=Receipts(
                    clients.dynamodb, settings.link_requests_table, execute, settings.public_url
                ),
                memories=MemoryRecords(role, settings.memory_id, execute),
                conversations=ConversationEvents(role, settings.memory_id, execute),
            )

    async def link_url(self, chat_user: ChatUser, names: Names) -> str:
        """Where to sign in: a fresh one-time link to show to this chat user and nobody else."""
        if chat_user.platform == "web":
            return f"{self.settings.public_url}/auth/login"
        secret = await self.link_requests.create(chat_user, names)
        return f"{self.settings.public_url}/link/{secret}"

    def setup(
        self,
        app: web.Application,
        html: Html,
        on_linked: OnLinked,
        rate_limit: RateLimit | None = None,
    ) -> None:
        """Add sessions, security headers, error pages and our routes to an application.

        :param rate_limit: how often one address may come where nobody need be signed in.
        """
        settings = self.settings
        app.on_response_prepare.append(
            security_headers(
                https=settings.public_url.startswith("https://"),
                form_targets=self.oidc.form_targets,
            )
        )
        # The outer one is for a session store that doesn't answer; the inner one lets what a
        # failing page changed in its session be stored.
        app.middlewares.extend(
            [error_pages(html), session_middleware(self.sessions), error_pages(html)]
        )
        sign_in = AuthorizationCodeFlow(
            self.oidc,
            client_id=settings.web_client_id,
            redirect_uri=f"{settings.public_url}/auth/callback",
        )
        directory = Directory(self.links)

        async def linked(link: Link, replaced: Link | None) -> None:
            await on_linked(link, replaced)
            await directory.changed(link.chat_user)

        link_pages = self._link_pages(html, sign_in, linked)
        app.add_routes(
            identity_routes(
                auth_pages=self._auth_pages(html, sign_in, link_pages),
                link_pages=link_pages,
                undo_pages=self._undo_pages(html),
                me_pages=self._me_pages(html),
                admin_pages=self._admin_pages(html, directory),
                memory_pages=MemoryPages(
                    html=html, memories=self.memories, conversations=self.conversations
                ),
                rate_limit=rate_limit or RateLimit(trusted_proxies=settings.trusted_proxies),
            )
        )

    def _link_pages(
        self, html: Html, sign_in: AuthorizationCodeFlow, on_linked: OnLinked
    ) -> LinkPages:
        return LinkPages(
            html=html,
            links=self.links,
            link_requests=self.link_requests,
            sign_in=sign_in,
            token_encryption=self.token_encryption,
            tokens=self.tokens,
            audit=self.audit,
            on_linked=on_linked,
        )

    def _auth_pages(
        self, html: Html, sign_in: AuthorizationCodeFlow, link_pages: LinkPages
    ) -> AuthPages:
        return AuthPages(
            html=html,
            oidc=self.oidc,
            sign_in=sign_in,
            token_encryption=self.token_encryption,
            link_pages=link_pages,
            sessions=self.session_list,
            audit=self.audit,
            user_pool_id=self.settings.user_pool_id,
            client_id=self.settings.web_client_id,
            public_url=self.settings.public_url,
        )

    def _me_pages(self, html: Html) -> MePages:
        return MePages(
            html=html,
            links=self.links,
            tokens=self.tokens,
            sessions=self.session_list,
            memories=self.memories,
            audit=self.audit,
        )

    def _undo_pages(self, html: Html) -> UndoPages:
        return UndoPages(
            html=html,
            links=self.links,
            tokens=self.tokens,
            receipts=self.receipts,
            audit=self.audit,
        )

    def _admin_pages(self, html: Html, directory: Directory) -> AdminPages:
        return AdminPages(
            html=html,
            administrators=Administrators(
                self.links, self.tokens, self.oidc, self.audit, self.settings.user_pool_id
            ),
            directory=directory,
            links=self.links,
            tokens=self.tokens,
            sessions=self.session_list,
            audit=self.audit,
        )
