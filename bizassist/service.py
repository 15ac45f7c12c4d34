"""The chat service, put together: settings in, a running server out."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
import httpx
from aiohttp import web
from botocore.config import Config

from bizassist import log, telemetry
from bizassist.administration import administration
from bizassist.errors import CommandError
from bizassist.settings.identity import identity_settings
from bizassist.settings.parameters import Parameters, read_parameters
from bizassist.settings.process import (
    Process,
    SettingsError,
    read_deployment,
    read_process,
    teams_app,
)
from bots.app import Check, application
from bots.errors import reason
from bots.files import Files
from bots.platform import Accepted, Platform
from bots.queue.consumer import Consumer
from bots.queue.dead_letters import dead_letter_consumer
from bots.queue.inbox import Inbox
from bots.runtime import Runtime
from bots.slack.incoming.endpoint import SlackEdge
from bots.slack.platform import slack_platform
from bots.teams.incoming.endpoint import TeamsEdge
from bots.teams.platform import teams_platform
from bots.trace import traced
from bots.turn.actions import TurnActions
from bots.turn.handler import TurnHandler
from bots.turn.ledger import Ledger
from bots.turn.quotas import Quotas
from bots.turn.run import Runs
from bots.turn.workspace_rules import WorkspaceRules
from bots.usage import admin_page as admin_usage
from bots.usage.daily_usage import DailyUsage
from bots.web.approvals import Approvals
from bots.web.incoming.answer_actions import AnswerActions
from bots.web.incoming.feedback import Feedback
from bots.web.incoming.uploads import Uploads
from bots.web.pages import TEMPLATES, WebChat
from bots.web.platform import WebPlatform
from bots.web.transcripts import Transcripts
from identity.executor import Executor
from identity.linking.receipts import Receipts
from identity.links import Link
from identity.people import PlatformName
from identity.service import Identity
from identity.web.html import Html
from identity.web.middleware import AccessLog
from identity.workspaces.settings import Workspaces

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sqs import SQSClient

# Long polls sit in a thread each; everything else is short.
THREADS = 32
QUICK = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=THREADS,
)
# What is being answered when the process is told to stop gets this long to finish.
DRAIN_SECONDS = 25.0
# The person who has just linked waits for their page as long as for the receipt.
RECEIPT_SECONDS = 10.0

_log = logging.getLogger(__name__)


def serve() -> int:
    """Run the chat service until SIGTERM or SIGINT.

    :raises CommandError: when a setting is missing or wrong.
    """
    log.set_up()
    try:
        process = read_process()
        ssm = boto3.client("ssm", config=QUICK)
        deployment = read_deployment(read_parameters(ssm, process.ssm_prefix), process.ssm_prefix)
    except SettingsError as error:
        raise CommandError(f"settings are missing or wrong\n{error}") from None
    asyncio.run(_serve(process, deployment))
    return 0


async def _serve(process: Process, deployment: Parameters) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with chat_service(process, deployment):
        await stop.wait()


@asynccontextmanager
async def chat_service(process: Process, deployment: Parameters) -> AsyncIterator[None]:
    """The whole service, listening and answering while the block runs."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(telemetry.recording())
        call = Executor(THREADS)
        stack.callback(call.close)
        session = boto3.Session()
        dynamodb = session.client("dynamodb", config=QUICK)
        sqs = session.client("sqs", config=QUICK)
        enter = stack.enter_async_context
        identity = await enter(
            Identity.open(
                identity_settings(deployment, process.public_url, process.trusted_proxies),
                session,
                call,
            )
        )
        inbox = await enter(Inbox(sqs, call, deployment.inbox_url))
        transcripts = Transcripts(dynamodb, call, deployment.transcripts_table)
        files = Files(session.client("s3", config=QUICK), call, deployment.uploads_bucket)
        uploads = Uploads(dynamodb, call, deployment.transcripts_table, files)
        html = Html(TEMPLATES, admin_usage.TEMPLATES)
        ledger = Ledger(dynamodb, call, deployment.ledger_table)
        approvals = Approvals(dynamodb, call, deployment.transcripts_table)
        chat = WebChat(transcripts, uploads, inbox.put, html, deployment.user_pool_id)
        feedback = Feedback(transcripts, ledger, deployment.user_pool_id)
        routes = [*chat.routes(), *feedback.routes()]
        platforms: dict[PlatformName, Platform] = {
            "web": WebPlatform(transcripts, approvals, uploads, process.public_url)
        }
        if slack := _slack_secrets(process):
            signing_secret, bot_token = slack
            platforms["slack"] = await enter(slack_platform(bot_token, process.slack_api_url))
            routes += SlackEdge(signing_secret, inbox.put).routes()
        if teams := teams_app(process):
            platforms["teams"] = await enter(teams_platform(teams))
            routes += TeamsEdge(teams, inbox.put).routes()
        http = await enter(httpx.AsyncClient())
        workspaces = Workspaces(dynamodb, deployment.workspaces_table, call)
        actions = TurnActions(dynamodb, call, deployment.ledger_table)
        runs = Runs(
            Runtime(http, deployment.runtime_url, deployment.runtime_arn),
            actions,
            identity.links,
            identity.tokens,
            files,
            f"{process.public_url}/chat",
        )
        routes += AnswerActions(
            transcripts, approvals, actions, runs, inbox.put, deployment.user_pool_id
        ).routes()
        handler = TurnHandler(
            ledger=ledger,
            links=identity.links,
            tokens=identity.tokens,
            runs=runs,
            link_url=identity.link_url,
            rules=WorkspaceRules(
                workspaces,
                Quotas(dynamodb, call, deployment.ledger_table),
                DailyUsage(dynamodb, call, deployment.ledger_table),
            ),
        )
        answers = Answers(platforms, handler, inbox, identity.receipts)
        routes += administration(
            identity,
            process=process,
            deployment=deployment,
            session=session,
            call=call,
            http=http,
            html=html,
            teams=teams,
            workspaces=workspaces,
        )
        app = application(routes, _checks(dynamodb, sqs, call, identity, deployment))
        if telemetry.is_on():  # where nothing is recorded a trace begins in the inbox
            app.middlewares.insert(0, traced)
        identity.setup(app, html, answers.on_linked)
        await enter(_consuming(sqs, call, deployment, answers))
        await enter(_listening(app, process))
        _log.info("listening on %s:%s for %s", process.host, process.port, ", ".join(platforms))
        yield


@dataclass(frozen=True, slots=True)
class Answers:
    """What happens to an accepted event: its platform reads it, the assistant answers it."""

    platforms: Mapping[PlatformName, Platform]
    handler: TurnHandler
    inbox: Inbox
    receipts: Receipts

    async def answer(self, accepted: Accepted) -> None:
        """Work on an event from the inbox."""
        platform = self.platforms[accepted.platform]
        await platform.dispatch(accepted, lambda turn: self.handler.answer(turn, platform))

    async def apologise(self, accepted: Accepted) -> None:
        """Work on an event that the inbox has given up on."""
        platform = self.platforms[accepted.platform]
        await platform.dispatch(accepted, lambda turn: self.handler.apologise(turn, platform))

    async def on_linked(self, link: Link, replaced: Link | None) -> None:
        """Tell the chat user that they were linked, then answer what they had asked before."""
        waiting = await self.handler.ledger.waiting(link.chat_user)
        if waiting and link.chat_user.platform != "web":
            await self._receipt(waiting[0], link, replaced)
        for accepted in waiting:
            await self.inbox.put(accepted, again=link.linked_at.isoformat())

    async def _receipt(self, accepted: Accepted, link: Link, replaced: Link | None) -> None:
        """Tell it where the first question was asked, and to its asker alone."""
        try:
            platform = self.platforms[accepted.platform]
            async with asyncio.timeout(RECEIPT_SECONDS):
                sentence = await self.receipts.write(link, replaced)
                await platform.dispatch(accepted, lambda turn: platform.notify(turn, sentence))
        except Exception as error:  # noqa: BLE001 - whatever it is, the answers must not fail by it
            _log.warning("a receipt could not be shown: %s", reason(error))


def _slack_secrets(process: Process) -> tuple[str, str] | None:
    secret, token = process.slack_signing_secret, process.slack_bot_token
    return (secret.get_secret_value(), token.get_secret_value()) if secret and token else None


def _checks(
    dynamodb: "DynamoDBClient",
    sqs: "SQSClient",
    call: Executor,
    identity: Identity,
    deployment: Parameters,
) -> dict[str, Check]:
    return {
        "ledger": lambda: call(dynamodb.describe_table, TableName=deployment.ledger_table),
        "inbox": lambda: call(
            sqs.get_queue_attributes, QueueUrl=deployment.inbox_url, AttributeNames=["QueueArn"]
        ),
        "user pool": identity.oidc.document,
    }


@asynccontextmanager
async def _consuming(
    sqs: "SQSClient", call: Executor, deployment: Parameters, answers: Answers
) -> AsyncIterator[None]:
    consumers = (
        Consumer(sqs, call, deployment.inbox_url, answers.answer),
        dead_letter_consumer(sqs, call, deployment.dead_letter_url, answers.apologise),
    )
    async with asyncio.TaskGroup() as group:  # a consumer that breaks ends the whole service
        tasks = [group.create_task(consumer.run()) for consumer in consumers]
        try:
            yield
        finally:
            for consumer in consumers:
                consumer.stop()
            await asyncio.wait(tasks, timeout=DRAIN_SECONDS)
            for task in tasks:
                task.cancel()


@asynccontextmanager
async def _listening(app: web.Application, process: Process) -> AsyncIterator[None]:
    runner = web.AppRunner(app, access_log_class=AccessLog, shutdown_timeout=2)
    await runner.setup()
    try:
        await web.TCPSite(runner, process.host, process.port).start()
        yield
    finally:
        await runner.cleanup()
