"""The chat service, put together: settings in, a running server out."""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Self

import boto3
import httpx
from aiohttp import web

from bizassist import log, telemetry
from bizassist.admin_pages import admin_routes
from bizassist.concurrency_log import Bound, logged
from bizassist.errors import CommandError
from bizassist.settings.bots import (
    personal_data_settings,
    queue_settings,
    turn_settings,
    web_settings,
)
from bizassist.settings.environment import Process, read_process, slack_app, teams_app
from bizassist.settings.identity import identity_settings
from bizassist.settings.ssm_parameters import Parameters, read_deployment
from bizassist.thread_pools import QUEUE_CONNECTIONS, WORK, ThreadPools
from bots.app import Check, application
from bots.aws import BOUNDED, Clients
from bots.connected_platform import ConnectedPlatform
from bots.limits.connections import ConnectionLimits
from bots.limits.request_bodies import bounded_bodies
from bots.paused_workspaces.service import PausedWorkspaces
from bots.personal_data.erasure import Erasures
from bots.personal_data.erasure_table import ErasureTable
from bots.personal_data.my_data_page import TEMPLATES as DATA_TEMPLATES
from bots.personal_data.service import PersonalData
from bots.platform import Accept, Platform
from bots.queue.service import QueueService
from bots.runtime import Runtime
from bots.server import bound, listening
from bots.slack.app_home.own_memory import OwnMemory
from bots.slack.installations.install_pages import TEMPLATES as SLACK_TEMPLATES
from bots.slack.installations.retention import EndedWorkspaces, IsInstalled
from bots.slack.installed_platforms import InstalledPlatforms
from bots.slack.platform import ServiceParts
from bots.slack.service import InstallationParts, slack
from bots.slack.shareable_answers import ShareableAnswers
from bots.teams.service import teams
from bots.teams.service_parts import ServiceParts as TeamsParts
from bots.text_commands.execution import text_commands
from bots.tool_rights.admin_page import TEMPLATES as RIGHTS_TEMPLATES
from bots.trace import traced
from bots.turn.decision_and_stop import TurnActions
from bots.turn.dispatcher import Dispatcher
from bots.turn.explanations.kept_explanations import KeptExplanations
from bots.turn.service import TurnService
from bots.turn.waiting_questions import WaitingQuestions
from bots.usage.admin_page import TEMPLATES as USAGE_TEMPLATES
from bots.web.agui.endpoint import Callers
from bots.web.pages import TEMPLATES as WEB_TEMPLATES
from bots.web.service import web_chat
from identity.memory.forgetting_jobs import ForgettingJobs
from identity.people import PlatformName
from identity.service import Identity
from identity.web.html import Html

SHORT_CALLS = 32

_log = logging.getLogger(__name__)


def serve() -> int:
    """Run the chat service until SIGTERM or SIGINT.

    :raises SettingsError: when a setting is missing or wrong, or the parameters can't be read.
    :raises CommandError: when it can't listen where it should.
    """
    process = read_process()
    deployment = read_deployment(boto3.Session(), process.ssm_prefix, BOUNDED)
    log.set_up()
    asyncio.run(_until_stopped(process, deployment))
    return 0


async def _until_stopped(process: Process, deployment: Parameters) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with chat_service(process, deployment):
        gc.freeze()  # or each full collection looks at all that was imported: 90 ms of the loop
        await stop.wait()


@asynccontextmanager
async def chat_service(process: Process, deployment: Parameters) -> AsyncIterator[None]:
    """The whole service, listening and answering while the block runs.

    :raises CommandError: when it can't listen where it should; nothing has begun by then.
    """
    with ExitStack() as stack:
        try:
            sockets = stack.enter_context(bound(process.host, process.port))
        except OSError as error:
            raise CommandError(
                f"the chat service can't listen on {process.host}:{process.port} "
                f"({error.strerror}): end what listens there, or set BIZASSIST_HOST and "
                "BIZASSIST_PORT."
            ) from None
        async with (
            ChatService.open(process, deployment) as service,
            service.queue.consuming(
                service.dispatcher.answer,
                service.dispatcher.apologise,
                service.dispatcher.give_up,
                drain_seconds=process.drain_seconds,
            ),
            logged(service.bounds),
            service.waiting.queueing(),
            service.paused.held.watched(),
            service.forgetting.working(),
            service.erasures.working(),
            service.ended.watched(),
            listening(service.app, sockets, _connection_limits(process)),
        ):
            names = ", ".join(service.dispatcher.platforms)
            _log.info("listening on %s:%s for %s", process.host, process.port, names)
            yield


@dataclass(frozen=True, slots=True)
class ChatService:
    """What is served, what is consumed, and what happens to an accepted event."""

    app: web.Application
    queue: QueueService
    dispatcher: Dispatcher
    waiting: WaitingQuestions
    paused: PausedWorkspaces
    forgetting: ForgettingJobs
    ended: EndedWorkspaces
    bounds: tuple[Bound, ...]
    erasures: Erasures

    @classmethod
    @asynccontextmanager
    async def open(cls, process: Process, deployment: Parameters) -> AsyncIterator[Self]:
        """Everything but who listens and who consumes; ends what it began when the block ends."""
        async with AsyncExitStack() as stack:
            enter = stack.enter_async_context
            await enter(telemetry.recording())
            pools = stack.enter_context(ThreadPools.open(process.threads))
            session, url = boto3.Session(), process.public_url
            clients = Clients.of(session, process.threads + QUEUE_CONNECTIONS)
            http = await enter(httpx.AsyncClient(limits=_connections(process)))
            html = Html(
                *(WEB_TEMPLATES, USAGE_TEMPLATES, RIGHTS_TEMPLATES, SLACK_TEMPLATES),
                DATA_TEMPLATES,
            )

            runtime = Runtime(http, deployment.runtime_url, deployment.runtime_arn)
            who = identity_settings(deployment, url, process.trusted_proxies)
            actions = TurnActions(clients.dynamodb, pools.turns, deployment.ledger_table)
            leavers = ErasureTable(clients.dynamodb, deployment.forgetting_table, pools.identity)

            async def left(subject: str) -> None:
                await actions.end_approvals(subject)
                await leavers.schedule(subject)

            identity = await enter(
                Identity.open(
                    *(who, session, pools.identity, runtime.stop_session),
                    on_left=left,
                    on_back=leavers.cancel,
                    end_approvals=actions.end_approvals,
                )
            )
            queues = queue_settings(deployment, process)
            queue = await enter(QueueService.open(queues, clients.sqs, pools.of_queues))
            turns = TurnService.of(
                turn_settings(deployment, process),
                clients,
                pools.turns,
                pools.files,
                runtime=runtime,
                identity=identity,
            )
            accept = queue.inbox.put
            platforms = [
                web_chat(
                    web_settings(deployment, url),
                    turns,
                    accept,
                    html,
                    pools.rendering,
                    forget_session=identity.forgetting.forget_session,
                    callers=Callers(
                        identity.token_verifier,
                        identity.links,
                        identity.deprovisioning.is_enabled,
                    ),
                ),
                *[await enter(one) for one in _switched_on(process, accept, turns, identity, html)],
            ]
            admin = admin_routes(
                identity,
                turns,
                process=process,
                deployment=deployment,
                session=session,
                http=http,
                html=html,
                call=pools.identity,
            )
            by_name = {one.name: one.platform for one in platforms}
            paused = PausedWorkspaces.of(turns, by_name, queue.inbox)
            dispatcher = Dispatcher(by_name, paused.handler)
            waiting = WaitingQuestions(
                by_name, turns.ledger, queue.inbox, identity.receipts, identity.link_outbox
            )

            routes = [route for one in platforms for route in one.routes]
            data = PersonalData.of(
                personal_data_settings(deployment),
                session,
                clients.dynamodb,
                pools.identity,
                identity,
            )
            checks: dict[str, Check] = {
                "ledger": turns.check,
                "inbox": queue.check,
                "user pool": identity.oidc.document,
            }
            own = data.pages(html, identity).routes()
            app = application([*routes, *admin, *own], checks, process.trusted_proxies)
            if telemetry.is_on():  # where nothing is recorded a trace begins in the inbox
                app.middlewares.insert(0, traced)
            identity.setup(app, html, waiting.queue, notice_of=paused.pauses.notice_of)
            app.middlewares.append(bounded_bodies)
            bounds = _bounds(process, pools, turns, queue)
            forgetting = identity.forgetting
            ended = EndedWorkspaces.of(turns, identity.links, _installed_in_slack(by_name))
            parts = app, queue, dispatcher, waiting, paused, forgetting, ended, bounds
            yield cls(*parts, data.erasures)


def _connection_limits(process: Process) -> ConnectionLimits:
    # Behind a proxy all connections come from it, so there is nothing to tell apart.
    return ConnectionLimits(most_of_address=None) if process.trusted_proxies else ConnectionLimits()


def _switched_on(
    process: Process, accept: Accept, turns: TurnService, identity: Identity, html: Html
) -> Iterator[AbstractAsyncContextManager[ConnectedPlatform]]:
    """The platforms whose secrets this process has."""
    words = text_commands(identity, turns)
    if registered := slack_app(process):
        service = ServiceParts(
            words,
            turns.notes,
            turns.ledger.is_answered,
            turns.attached,
            OwnMemory.of(identity),
            stop_all=turns.runs.stop_all,
            stop_own=turns.runs.stop_own,
            judge=turns.ledger.judge,
            shareable=ShareableAnswers.of(turns),
            explanations=KeptExplanations.of(turns),
            close_account=identity.closed_chat_accounts.close,
        )
        yield slack(
            registered,
            accept,
            turns.runs.decide,
            service,
            InstallationParts.of(turns, identity, html),
            connections=process.platform_connections,
        )
    if bot := teams_app(process):
        parts = TeamsParts.of(words, turns)
        yield teams(bot, accept, parts, process.platform_connections)


def _installed_in_slack(platforms: Mapping[PlatformName, Platform]) -> IsInstalled:
    async def nowhere(_: str) -> bool:
        return False

    slack_platform = platforms.get("slack")
    return (
        slack_platform.is_installed if isinstance(slack_platform, InstalledPlatforms) else nowhere
    )


def _connections(process: Process) -> httpx.Limits:
    """One for each run, and some for what is short: stopping, checks."""
    most = process.runs_at_once + SHORT_CALLS
    return httpx.Limits(max_connections=most, max_keepalive_connections=most)


def _bounds(
    process: Process, pools: ThreadPools, turns: TurnService, queue: QueueService
) -> tuple[Bound, ...]:
    slots = turns.handler.slots
    return (
        Bound("turns received", process.turns_at_once, queue.received),
        Bound("runs", slots.size, lambda: slots.taken),
        Bound("turns in line", process.turns_at_once, lambda: slots.waiting),
        *_threads(pools),
        Bound("connections to the runtime", process.runs_at_once + SHORT_CALLS),
        Bound("connections to each platform", process.platform_connections),
        Bound("connections to each service of AWS", process.threads + QUEUE_CONNECTIONS),
        Bound("connections of people", _connection_limits(process).most),
    )


def _threads(pools: ThreadPools) -> Iterator[Bound]:
    """A bound a kind of calls; long polls sit in their threads always, which says nothing."""
    for kind, pool in pools.by_kind().items():
        used = None if pool is pools.polls else partial(getattr, pool, "used")
        yield Bound(f"threads of {kind}", pool.size, used)
    yield Bound("threads of other work", WORK)
