"""The agent as an AG-UI application; whatever takes a while is done before it is healthy."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from functools import partial

import boto3
from ag_ui.core import BaseEvent, RunAgentInput, RunFinishedEvent, RunStartedEvent
from bedrock_agentcore.runtime import AGUIApp, PingStatus
from bedrock_agentcore.runtime.context import RequestContext
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from agent.current_settings import CurrentSettings
from agent.error_rendering import run_error_event
from agent.errors import AgentUnavailableError
from agent.memory.access.person_credentials import MemoryCredentials
from agent.memory.agentcore_memory import AgentCoreMemory
from agent.models import providers as models
from agent.request.attachments import AttachedFile
from agent.request.caller import Caller
from agent.request.middleware import RequestMiddleware
from agent.request.question import run_to_cancel
from agent.request.reseeding import ReseedingMiddleware
from agent.request.signing_keys import SigningKeys
from agent.request.token_verification import Authorizer
from agent.run.agent_factory import AgentFactory
from agent.run.assistant import Assistant
from agent.run.limits import RunLimits
from agent.run.runs_under_way import RunName, RunsUnderWay
from agent.settings import Settings
from agent.telemetry.export import Telemetry, is_on, start_or_log
from agent.telemetry.trace import TraceMiddleware
from agent.thread_pool import RUNS, THREADS, ThreadPool
from agent.tools.client_account_search import ClientAccounts
from agent.tools.gateway import Gateway
from agent.tools.policies.embedders.choice import embedder
from agent.tools.policies.shared_index import PolicyCollection
from agent.tools.policies.storage import document_storage
from agent.warm_up import WarmedUp, warm_up

logger = logging.getLogger(__name__)


def authorizer(settings: Settings, jwks_uri: str = "") -> Authorizer:
    """Who may ask, as the runtime's JWT authorizer is told it too."""
    keys = SigningKeys(str(settings.discovery_url), jwks_uri=jwks_uri)
    return Authorizer(keys, settings.issuer, settings.web_client_id, Settings.groups)


def application(settings: Settings, read: Callable[[], Settings] | None = None) -> AGUIApp:
    """``POST /invocations`` and ``GET /ping``; made in some seconds, and warm when it is.

    A process may be copied once it is made: it has no connection, no credentials and no token yet.
    Its ``state.runs`` are the runs under way.

    :param read: reads the settings again while the process lives; None when they stay.
    """
    telemetry = start_or_log("bizassist-agent") if is_on() else None
    warm = warm_up(settings)
    agent = _Agent(CurrentSettings(settings, read or (lambda: settings)), warm, telemetry)
    app = AGUIApp(
        lifespan=agent.lifespan,
        middleware=[
            Middleware(ReseedingMiddleware),
            Middleware(TraceMiddleware),
            Middleware(RequestMiddleware, authorizer=authorizer(settings, warm.jwks_uri)),
        ],
    )
    # Nobody uses the WebSocket route, and it answers bad input in pydantic's words. Its /ping
    # doesn't say since when; the runtime ends a busy session that doesn't (SDK, issue 471).
    kept = [one for one in app.router.routes if isinstance(one, Route) and one.path != "/ping"]
    app.router.routes[:] = [*kept, Route("/ping", agent.ping)]
    app.entrypoint(agent.invoke)
    app.state.runs = agent.runs
    return app


class _Agent:
    """Builds what all runs share when the first comes, and hands each run to it."""

    def __init__(
        self, settings: CurrentSettings, warm: WarmedUp, telemetry: Telemetry | None
    ) -> None:
        self._settings = settings
        self._warm = warm
        self._telemetry = telemetry
        self._assistant: Assistant | None = None
        self._built_for = settings.latest
        self._building = asyncio.Lock()
        self.runs = RunsUnderWay()
        self._threads = ThreadPool()

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        asyncio.get_running_loop().set_default_executor(self._threads)
        logger.info("at most: threads %d, %d of them for runs that wait for Bedrock", THREADS, RUNS)
        try:
            yield
        finally:
            await self.runs.end()
            if self._assistant is not None:
                await self._assistant.factory.gateway.close()
                await self._assistant.factory.policies.close()
            if self._telemetry is not None:
                await asyncio.to_thread(self._telemetry.stop)

    async def invoke(
        self, run_input: RunAgentInput, context: RequestContext
    ) -> AsyncIterator[BaseEvent]:
        """The events of a question's run, or of the short run that cancels another."""
        state = context.request.state  # type: ignore[union-attr]  # set by RequestMiddleware
        caller: Caller = state.caller
        session = context.session_id or ""
        cancelled = run_to_cancel(run_input)
        if cancelled is not None:
            name = RunName(session, caller.subject, run_input.thread_id, cancelled)
            for event in self._cancellation(run_input, name):
                yield event
            return
        made = partial(self._made, run_input, caller, state.files)
        run = self.runs.events(session, caller.subject, run_input, made)
        async with aclosing(run) as events:
            async for event in events:
                yield event

    def _cancellation(self, run_input: RunAgentInput, name: RunName) -> Iterator[BaseEvent]:
        thread, run = run_input.thread_id, run_input.run_id
        yield RunStartedEvent(thread_id=thread, run_id=run)
        result = {"cancelled": self.runs.cancel(name)}
        yield RunFinishedEvent(thread_id=thread, run_id=run, result=result)

    async def _made(
        self, run_input: RunAgentInput, caller: Caller, files: Sequence[AttachedFile]
    ) -> AsyncGenerator[BaseEvent]:
        # At once, before anything is asked of the network: whoever waits sees it begin.
        yield RunStartedEvent(thread_id=run_input.thread_id, run_id=run_input.run_id)
        used = self._threads.used
        logger.info("in use: runs %d, threads %d/%d", self.runs.under_way, used, THREADS)
        try:
            assistant = await self._current()
        except Exception as error:  # noqa: BLE001 - an error event must not carry its text
            detail = f"{type(error).__name__}: {error}"
            yield run_error_event(AgentUnavailableError(detail=detail))
            return
        async with aclosing(assistant.run(run_input, caller, files)) as events:
            async for event in events:
                yield event

    async def ping(self, _: Request) -> JSONResponse:
        """Busy as long as a run goes on: a session whose client has left is no idle one.

        (AgentCore developer guide, "Handle asynchronous and long running agents".)
        """
        status = PingStatus.HEALTHY_BUSY if self.runs.busy else PingStatus.HEALTHY
        changed = int(self.runs.changed_at)
        return JSONResponse({"status": status.value, "time_of_last_update": changed})

    async def _current(self) -> Assistant:
        """The assistant as the settings of this minute have it."""
        settings = await self._settings.current()
        async with self._building:
            if self._assistant is None:
                self._assistant = await asyncio.to_thread(build_assistant, settings, self._warm)
            elif settings != self._built_for:
                rebuild = partial(_rebuilt, self._assistant, self._built_for, settings)
                self._assistant = await asyncio.to_thread(rebuild, self._warm.aws)
                await self._assistant.factory.gateway.use(settings)
            self._built_for = settings
            return self._assistant


def build_assistant(settings: Settings, warm: WarmedUp | None = None) -> Assistant:
    """What all runs share, made anew; its tools are listed when they are first asked for."""
    aws = warm.aws if warm else boto3.Session()
    policies = _policies(settings, aws, warm.policies if warm else None)
    return Assistant(
        AgentFactory(
            model=models.model(settings.model_choice),
            gateway=Gateway(settings),
            memory=_memory(settings, aws),
            client_accounts=ClientAccounts(settings.clients_table, aws),
            policies=policies,
            run_limits=_run_limits(settings),
        )
    )


def _rebuilt(
    assistant: Assistant, before: Settings, settings: Settings, aws: boto3.Session
) -> Assistant:
    """The same with what changed in the settings; runs that are under way keep what they have."""
    factory = assistant.factory

    def changed(*names: str) -> bool:
        return any(getattr(before, name) != getattr(settings, name) for name in names)

    if before.model_choice != settings.model_choice:
        factory = replace(factory, model=models.model(settings.model_choice))
    if changed("memory_id", "memory_role_arn"):
        factory = replace(factory, memory=_memory(settings, aws))
    if changed("clients_table"):
        factory = replace(factory, client_accounts=ClientAccounts(settings.clients_table, aws))
    if changed("policies_folder", "policies_bucket", "policy_embedder"):
        factory = replace(factory, policies=_policies(settings, aws))
    return replace(assistant, factory=replace(factory, run_limits=_run_limits(settings)))


def _memory(settings: Settings, aws: boto3.Session) -> AgentCoreMemory:
    return AgentCoreMemory(settings.memory_id, MemoryCredentials(settings.memory_role_arn, aws))


def _policies(
    settings: Settings, aws: boto3.Session, known: PolicyCollection | None = None
) -> PolicyCollection:
    storage = document_storage(settings.policies_folder, settings.policies_bucket, aws)
    asking = embedder(settings.policy_embedder, aws)
    if known is None:
        return PolicyCollection(storage, asking)
    known.read_from(storage, asking, aws)
    return known


def _run_limits(settings: Settings) -> RunLimits:
    return RunLimits(settings.turn_tool_calls, settings.turn_tokens, settings.turn_seconds)
