"""The whole of this package, put together: what an application opens once and asks everything."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from aiohttp import web
from aiohttp_session import session_middleware

from identity.admin.administrators import GROUP, Administrators
from identity.admin.audit_page import AuditPages
from identity.admin.people_page import PeoplePages
from identity.audit_log import AuditLog
from identity.aws import Clients
from identity.directory.closed_chat_accounts import ClosedChatAccounts, OnLeft, nothing_more
from identity.directory.deprovisioning import Deprovisioning
from identity.directory.enabled_check import UserPool
from identity.directory.group_check import GroupMembership
from identity.directory.linked_people import LinkedPeople
from identity.executor import Executor
from identity.linking.confirmation_page import LinkPages
from identity.linking.link_creation import LinkCreation, OnLinked
from identity.linking.link_outbox import LinkOutbox
from identity.linking.link_receipt import Receipts
from identity.linking.link_requests import LinkRequests
from identity.linking.undo import UndoPages
from identity.links import Link, Links
from identity.me.overview_page import NoticeOf, OverviewPage, no_notice
from identity.me.session_pages import SessionPages
from identity.me.unlink_page import UnlinkPages
from identity.memory.conversation_events import ConversationEvents
from identity.memory.forget_page import ForgetPages
from identity.memory.forgetting import Forgetting
from identity.memory.forgetting_jobs import ForgettingJobs
from identity.memory.forgetting_table import ForgettingTable
from identity.memory.memory_pause import MemoryPause
from identity.memory.person_credentials import MemoryRole
from identity.memory.recently_forgotten import RecentlyForgotten
from identity.memory.records import MemoryRecords
from identity.memory.shown_records import ShownRecords
from identity.oidc.authorization_code import AuthorizationCodeFlow
from identity.oidc.provider import OidcProvider
from identity.oidc.token_verification import TokenVerifier
from identity.people import ChatUser, Names
from identity.runtime_sessions import RuntimeSessions, StopSession, stop_nothing
from identity.sessions.session_limit import SessionLimit
from identity.sessions.session_list import SessionList
from identity.sessions.session_store import SessionStore
from identity.settings import IdentitySettings
from identity.sign_in.sign_in_pages import SignInPages
from identity.sign_in.sign_out_pages import SignOutPages
from identity.tokens.broker import TokenBroker
from identity.tokens.encryption import TokenEncryption
from identity.web.colour_scheme import choose
from identity.web.error_pages import error_pages
from identity.web.html import STATIC, STATIC_URL, Html
from identity.web.rate_limit_per_address import RateLimit
from identity.web.security_headers import security_headers

if TYPE_CHECKING:
    import boto3


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is speaking: links, their tokens, and the pages around them."""

    settings: IdentitySettings
    links: Links
    link_outbox: LinkOutbox
    link_requests: LinkRequests
    receipts: Receipts
    tokens: TokenBroker
    token_encryption: TokenEncryption
    oidc: OidcProvider
    token_verifier: TokenVerifier
    sessions: SessionStore
    session_list: SessionList
    session_limit: SessionLimit
    deprovisioning: Deprovisioning
    linked_people: LinkedPeople
    administrators: Administrators
    audit: AuditLog
    memories: MemoryRecords
    conversations: ConversationEvents
    forgetting: ForgettingJobs
    recently_forgotten: RecentlyForgotten
    shown_memories: ShownRecords
    memory_pause: MemoryPause
    runtime_sessions: RuntimeSessions
    closed_chat_accounts: ClosedChatAccounts

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        settings: IdentitySettings,
        session: "boto3.Session",
        execute: Executor,
        stop_session: StopSession = stop_nothing,
        *,
        on_left: OnLeft = nothing_more,
        on_back: OnLeft = nothing_more,
        end_approvals: OnLeft = nothing_more,
    ) -> AsyncIterator[Self]:
        """Everything that needs no application; ends what it began when the block ends.

        :param stop_session: how a person's runtime session is stopped when they leave.
        :param on_left: is told when somebody has left the user pool.
        :param on_back: is told when one of them is enabled again.
        :param end_approvals: ends what waits for the decision of somebody whose chat account is
            closed.
        """
        runtime_sessions = RuntimeSessions(stop_session)
        clients = Clients.of(session)
        dynamodb = clients.dynamodb
        links = Links(dynamodb, settings.links_table, execute)
        audit = AuditLog(dynamodb, settings.audit_table, execute)
        session_list = SessionList(dynamodb, settings.sessions_table, execute)
        token_encryption = TokenEncryption(clients.kms, settings.tokens_key_id, execute)
        deprovisioning = Deprovisioning(
            UserPool(clients.cognito, settings.user_pool_id, execute),
            session_list,
            links,
            runtime_sessions,
            on_left=on_left,
            on_back=on_back,
        )
        role = MemoryRole(settings.memory_role_arn, session, clients.sts)
        memories = MemoryRecords(role, settings.memory_id, execute)
        conversations = ConversationEvents(role, settings.memory_id, execute)
        forgetting = ForgettingJobs(
            ForgettingTable(dynamodb, settings.forgetting_table, execute),
            Forgetting(conversations, memories, execute),
            links,
        )
        recently = RecentlyForgotten(dynamodb, settings.forgetting_table, execute, links)
        oidc = OidcProvider(discovery_url=settings.discovery_url, issuer=settings.issuer)
        verifier = TokenVerifier(oidc, client_id=settings.web_client_id)
        async with (
            oidc,
            TokenBroker(
                links=links,
                token_encryption=token_encryption,
                verifier=verifier,
                cognito=clients.cognito,
                client_id=settings.web_client_id,
                execute=execute,
                is_enabled=deprovisioning.is_enabled,
                runtime_sessions=runtime_sessions,
            ) as tokens,
            deprovisioning.polling(),
        ):
            yield cls(
                settings=settings,
                links=links,
                link_outbox=LinkOutbox(dynamodb, settings.links_table, execute, links),
                link_requests=LinkRequests(dynamodb, settings.link_requests_table, execute),
                receipts=Receipts(
                    dynamodb, settings.link_requests_table, execute, settings.public_url
                ),
                tokens=tokens,
                token_encryption=token_encryption,
                oidc=oidc,
                token_verifier=verifier,
                sessions=SessionStore(
                    dynamodb, settings.sessions_table, execute, deprovisioning.is_enabled
                ),
                session_list=session_list,
                session_limit=SessionLimit(
                    dynamodb, settings.sessions_table, execute, session_list
                ),
                deprovisioning=deprovisioning,
                linked_people=LinkedPeople(links),
                administrators=Administrators(
                    links=links,
                    tokens=tokens,
                    verifier=verifier,
                    audit=audit,
                    group=GroupMembership(clients.cognito, settings.user_pool_id, GROUP, execute),
                    user_pool_id=settings.user_pool_id,
                ),
                audit=audit,
                memories=memories,
                conversations=conversations,
                forgetting=forgetting,
                recently_forgotten=recently,
                shown_memories=ShownRecords(memories, forgetting, recently),
                memory_pause=MemoryPause(role, settings.memory_id, execute),
                runtime_sessions=runtime_sessions,
                closed_chat_accounts=ClosedChatAccounts(links, tokens, audit, end_approvals),
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
        *,
        notice_of: NoticeOf = no_notice,
    ) -> None:
        """Add sessions, security headers, error pages and our routes to an application.

        :param notice_of: what a person is told of the workspace of one of their links.
        :param rate_limit: how often one address may come where nobody need be signed in.
        """
        limit = rate_limit or RateLimit(trusted_proxies=self.settings.trusted_proxies)
        app.on_response_prepare.append(
            security_headers(
                https=self.settings.public_url.startswith("https://"),
                form_targets=self.oidc.form_targets,
            )
        )
        # The outer one is for a session store that doesn't answer; the inner one lets what a
        # failing page changed in its session be stored.
        app.middlewares.extend(
            [error_pages(html), session_middleware(self.sessions), error_pages(html)]
        )
        app.add_routes(limit.limited(self._routes_for_everybody(html, on_linked)))
        app.add_routes(self._routes_for_the_signed_in(html, notice_of))
        app.add_routes(self._routes_for_administrators(html))
        app.add_routes([web.static(STATIC_URL, STATIC)])

    def _routes_for_everybody(self, html: Html, on_linked: OnLinked) -> list[web.RouteDef]:
        flow = AuthorizationCodeFlow(
            self.oidc,
            self.token_verifier,
            client_id=self.settings.web_client_id,
            redirect_uri=f"{self.settings.public_url}/auth/callback",
        )
        creation = self._link_creation(on_linked)
        link_pages = LinkPages(
            html=html,
            links=self.links,
            link_requests=self.link_requests,
            sign_in=flow,
            token_encryption=self.token_encryption,
            tokens=self.tokens,
            link_creation=creation,
        )
        undo_pages = UndoPages(
            html=html,
            links=self.links,
            tokens=self.tokens,
            receipts=self.receipts,
            audit=self.audit,
        )
        sign_in_pages = SignInPages(
            html=html,
            sign_in=flow,
            token_encryption=self.token_encryption,
            link_pages=link_pages,
            link_creation=creation,
            session_limit=self.session_limit,
            audit=self.audit,
            user_pool_id=self.settings.user_pool_id,
        )
        sign_out_pages = SignOutPages(
            html=html,
            oidc=self.oidc,
            audit=self.audit,
            client_id=self.settings.web_client_id,
            public_url=self.settings.public_url,
            runtime_sessions=self.runtime_sessions,
        )
        return [
            web.post("/colours", choose),
            *link_pages.routes(),
            *undo_pages.routes(),
            *sign_in_pages.routes(),
            *sign_out_pages.routes(),
        ]

    def _routes_for_the_signed_in(self, html: Html, notice_of: NoticeOf) -> list[web.RouteDef]:
        overview = OverviewPage(
            html=html,
            links=self.links,
            sessions=self.session_list,
            memories=self.shown_memories,
            forgetting=self.forgetting,
            notice_of=notice_of,
        )
        unlink = UnlinkPages(html=html, links=self.links, tokens=self.tokens, audit=self.audit)
        sessions = SessionPages(sessions=self.session_list)
        forget = ForgetPages(
            html=html,
            memories=self.memories,
            shown=self.shown_memories,
            conversations=self.conversations,
            forgetting=self.forgetting,
            recently=self.recently_forgotten,
        )
        return [*overview.routes(), *unlink.routes(), *sessions.routes(), *forget.routes()]

    def _routes_for_administrators(self, html: Html) -> list[web.RouteDef]:
        people = PeoplePages(
            html=html,
            administrators=self.administrators,
            linked_people=self.linked_people,
            links=self.links,
            tokens=self.tokens,
            sessions=self.session_list,
            audit=self.audit,
        )
        audit = AuditPages(html=html, administrators=self.administrators, audit=self.audit)
        return [*people.routes(), *audit.routes()]

    def _link_creation(self, on_linked: OnLinked) -> LinkCreation:
        async def linked(link: Link) -> None:
            await on_linked(link)
            await self.linked_people.changed(link.chat_user)

        return LinkCreation(
            links=self.links, tokens=self.tokens, audit=self.audit, on_linked=linked
        )
