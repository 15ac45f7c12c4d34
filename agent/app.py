"""The agent as an AG-UI application; what is heavy is imported after it answers ``/ping``."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from ag_ui.core import BaseEvent, RunAgentInput, RunStartedEvent
from bedrock_agentcore.runtime import AGUIApp, PingStatus
from bedrock_agentcore.runtime.context import RequestContext
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from agent.errors import run_error
from agent.request.caller import Authorizer, Caller
from agent.request.middleware import Door
from agent.request.signing_keys import Keys
from agent.settings import Settings
from agent.telemetry.export import Telemetry, begun, is_on
from agent.telemetry.trace import Traced

if TYPE_CHECKING:
    from agent.run.run import Assistant


def authorizer(settings: Settings) -> Authorizer:
    """Who may ask, as the runtime's JWT authorizer is told it too."""
    keys = Keys(str(settings.discovery_url))
    return Authorizer(keys, settings.issuer, settings.web_client_id, Settings.groups)


def application(settings: Settings) -> AGUIApp:
    """``POST /invocations`` and ``GET /ping``."""
    agent = _Agent(settings)
    app = AGUIApp(
        lifespan=agent.lifespan,
        middleware=[
            Middleware(Traced, ready=agent.traced),
            Middleware(Door, authorizer=authorizer(settings)),
        ],
    )
    # A WebSocket is a second door that nobody uses and that answers bad input in pydantic's words.
    app.router.routes[:] = [route for route in app.router.routes if isinstance(route, Route)]
    app.entrypoint(agent.invoke)
    app.ping(agent.ping)
    return app


class _Agent:
    """Builds what all runs share in the background, once, and hands each run to it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._running = 0
        self._assistant: asyncio.Task[Assistant]
        self._reading: asyncio.Task[None] | None = None
        self._telemetry: asyncio.Task[Telemetry | None] | None = None

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        if is_on():
            self._telemetry = asyncio.create_task(asyncio.to_thread(begun, "bizassist-agent"))
        self._assistant = asyncio.create_task(self._prepare())
        try:
            yield
        finally:
            if self._reading is not None:
                self._reading.cancel()
            if not self._assistant.cancel() and not self._assistant.exception():
                await self._assistant.result().shared.gateway.close()
            if self._telemetry is not None and (telemetry := await self._telemetry):
                await asyncio.to_thread(telemetry.stop)

    async def traced(self) -> None:
        """Wait until spans are recorded, if they are to be."""
        if self._telemetry is not None:
            await asyncio.shield(self._telemetry)

    async def invoke(
        self, run_input: RunAgentInput, context: RequestContext
    ) -> AsyncIterator[BaseEvent]:
        asked = context.request.state  # type: ignore[union-attr]  # the door's
        caller: Caller = asked.caller
        self._running += 1
        try:
            # At once, also while the process is still getting ready: whoever waits sees it begin.
            yield RunStartedEvent(thread_id=run_input.thread_id, run_id=run_input.run_id)
            try:
                assistant = await asyncio.shield(self._assistant)
            except Exception as error:  # noqa: BLE001 - an error event must not carry its text
                yield run_error("UNAVAILABLE", f"{type(error).__name__}: {error}")
                return
            async for event in assistant.run(run_input, caller, asked.files):
                yield event
        finally:
            self._running -= 1

    def ping(self) -> PingStatus:
        return PingStatus.HEALTHY_BUSY if self._running else PingStatus.HEALTHY

    async def _prepare(self) -> "Assistant":
        await self.traced()  # Strands asks once, when the first agent is made, where spans go
        assistant = await asyncio.to_thread(assistant_of, self._settings)
        await assistant.shared.gateway.tools()
        self._reading = asyncio.create_task(assistant.shared.policies.keep_fresh())
        return assistant


def assistant_of(settings: Settings) -> "Assistant":
    """What all runs share, made anew; its tools are listed when they are first asked for."""
    import boto3  # noqa: PLC0415 - these imports take seconds; /ping must not wait for them

    from agent.memory.access import MemoryAccess  # noqa: PLC0415
    from agent.memory.person_memory import Memories  # noqa: PLC0415
    from agent.models.providers import model  # noqa: PLC0415
    from agent.run.assembly import Preparation  # noqa: PLC0415
    from agent.run.limits import Allowance  # noqa: PLC0415
    from agent.run.run import Assistant  # noqa: PLC0415
    from agent.tools.client_accounts import Clients  # noqa: PLC0415
    from agent.tools.gateway import Gateway  # noqa: PLC0415
    from agent.tools.policies.collection import Policies  # noqa: PLC0415
    from agent.tools.policies.storage import shelf  # noqa: PLC0415

    aws = boto3.Session()
    memories = Memories(settings.memory_id, MemoryAccess(settings.memory_role_arn, aws))
    clients = Clients(settings.clients_table, aws)
    policies = Policies(shelf(settings.policies_folder, settings.policies_bucket, aws))
    allowance = Allowance(settings.turn_tool_calls, settings.turn_tokens, settings.turn_seconds)
    return Assistant(
        Preparation(
            model(settings.model_choice), Gateway(settings), memories, clients, policies, allowance
        )
    )
