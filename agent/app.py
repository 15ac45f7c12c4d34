"""The agent as an AG-UI application; what is heavy is imported after it answers ``/ping``."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from ag_ui.core import BaseEvent, RunAgentInput, RunFinishedEvent, RunStartedEvent
from bedrock_agentcore.runtime import AGUIApp, PingStatus
from bedrock_agentcore.runtime.context import RequestContext
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from agent.error_rendering import run_error_event
from agent.errors import AgentUnavailableError
from agent.request.attachments import AttachedFile
from agent.request.caller import Caller
from agent.request.middleware import RequestMiddleware
from agent.request.question import run_to_cancel
from agent.request.signing_keys import SigningKeys
from agent.request.token_verification import Authorizer
from agent.run.cancellation import CancellableRuns, RunName
from agent.settings import Settings
from agent.telemetry.export import Telemetry, is_on, start_or_log
from agent.telemetry.trace import TraceMiddleware

if TYPE_CHECKING:
    from agent.run.assistant import Assistant


def authorizer(settings: Settings) -> Authorizer:
    """Who may ask, as the runtime's JWT authorizer is told it too."""
    keys = SigningKeys(str(settings.discovery_url))
    return Authorizer(keys, settings.issuer, settings.web_client_id, Settings.groups)


def application(settings: Settings) -> AGUIApp:
    """``POST /invocations`` and ``GET /ping``."""
    agent = _Agent(settings)
    app = AGUIApp(
        lifespan=agent.lifespan,
        middleware=[
            Middleware(TraceMiddleware, ready=agent.tracing_ready),
            Middleware(RequestMiddleware, authorizer=authorizer(settings)),
        ],
    )
    # Nobody uses the WebSocket route, and it answers bad input in pydantic's words.
    app.router.routes[:] = [route for route in app.router.routes if isinstance(route, Route)]
    app.entrypoint(agent.invoke)
    app.ping(agent.ping)
    return app


class _Agent:
    """Builds what all runs share in the background, once, and hands each run to it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._runs = CancellableRuns()
        self._running = 0
        self._assistant: asyncio.Task[Assistant]
        self._policy_refresh: asyncio.Task[None] | None = None
        self._telemetry: asyncio.Task[Telemetry | None] | None = None

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        if is_on():
            self._telemetry = asyncio.create_task(
                asyncio.to_thread(start_or_log, "bizassist-agent")
            )
        self._assistant = asyncio.create_task(self._prepare())
        try:
            yield
        finally:
            if self._policy_refresh is not None:
                self._policy_refresh.cancel()
            if not self._assistant.cancel() and not self._assistant.exception():
                await self._assistant.result().factory.gateway.close()
            if self._telemetry is not None and (telemetry := await self._telemetry):
                await asyncio.to_thread(telemetry.stop)

    async def tracing_ready(self) -> None:
        """Wait until spans are recorded, if they are to be."""
        if self._telemetry is not None:
            await asyncio.shield(self._telemetry)

    async def invoke(
        self, run_input: RunAgentInput, context: RequestContext
    ) -> AsyncIterator[BaseEvent]:
        """The events of a question's run, or of the short run that cancels another."""
        state = context.request.state  # type: ignore[union-attr]  # set by RequestMiddleware
        caller: Caller = state.caller
        cancelled = run_to_cancel(run_input)
        if cancelled is not None:
            name = RunName(caller.subject, run_input.thread_id, cancelled)
            for event in self._cancellation(run_input, name):
                yield event
            return
        name = RunName(caller.subject, run_input.thread_id, run_input.run_id)
        self._running += 1
        try:
            made = partial(self._made, run_input, caller, state.files)
            async with aclosing(self._runs.events(name, made)) as events:
                async for event in events:
                    yield event
        finally:
            self._running -= 1

    def _cancellation(self, run_input: RunAgentInput, name: RunName) -> Iterator[BaseEvent]:
        thread, run = run_input.thread_id, run_input.run_id
        yield RunStartedEvent(thread_id=thread, run_id=run)
        result = {"cancelled": self._runs.cancel(name)}
        yield RunFinishedEvent(thread_id=thread, run_id=run, result=result)

    async def _made(
        self, run_input: RunAgentInput, caller: Caller, files: Sequence[AttachedFile]
    ) -> AsyncGenerator[BaseEvent]:
        # At once, also while the process is still getting ready: whoever waits sees it begin.
        yield RunStartedEvent(thread_id=run_input.thread_id, run_id=run_input.run_id)
        try:
            assistant = await asyncio.shield(self._assistant)
        except Exception as error:  # noqa: BLE001 - an error event must not carry its text
            detail = f"{type(error).__name__}: {error}"
            yield run_error_event(AgentUnavailableError(detail=detail))
            return
        async with aclosing(assistant.run(run_input, caller, files)) as events:
            async for event in events:
                yield event

    def ping(self) -> PingStatus:
        return PingStatus.HEALTHY_BUSY if self._running else PingStatus.HEALTHY

    async def _prepare(self) -> "Assistant":
        await (
            self.tracing_ready()
        )  # Strands asks once, when the first agent is made, where spans go
        assistant = await asyncio.to_thread(build_assistant, self._settings)
        await assistant.factory.gateway.tools()
        self._policy_refresh = asyncio.create_task(assistant.factory.policies.keep_fresh())
        return assistant


def build_assistant(settings: Settings) -> "Assistant":
    """What all runs share, made anew; its tools are listed when they are first asked for."""
    import boto3  # noqa: PLC0415 - these imports take seconds; /ping must not wait for them

    from agent.memory.access.person_credentials import MemoryCredentials  # noqa: PLC0415
    from agent.memory.agentcore_memory import AgentCoreMemory  # noqa: PLC0415
    from agent.models.providers import model  # noqa: PLC0415
    from agent.run.agent_factory import AgentFactory  # noqa: PLC0415
    from agent.run.assistant import Assistant  # noqa: PLC0415
    from agent.run.limits import RunLimits  # noqa: PLC0415
    from agent.tools.client_account_search import ClientAccounts  # noqa: PLC0415
    from agent.tools.gateway import Gateway  # noqa: PLC0415
    from agent.tools.policies.collection import PolicyCollection  # noqa: PLC0415
    from agent.tools.policies.storage import document_storage  # noqa: PLC0415

    aws = boto3.Session()
    credentials = MemoryCredentials(settings.memory_role_arn, aws)
    policies = document_storage(settings.policies_folder, settings.policies_bucket, aws)
    factory = AgentFactory(
        model=model(settings.model_choice),
        gateway=Gateway(settings),
        memory=AgentCoreMemory(settings.memory_id, credentials),
        client_accounts=ClientAccounts(settings.clients_table, aws),
        policies=PolicyCollection(policies),
        run_limits=RunLimits(settings.turn_tool_calls, settings.turn_tokens, settings.turn_seconds),
    )
    return Assistant(factory)
