"""The tools of AgentCore Gateway, over MCP, called as the agent and not as a person."""

import asyncio
import contextlib
import json
import logging
import time
from datetime import timedelta
from typing import Any

from authlib.integrations.base_client import OAuthError
from httpx2 import HTTPError
from mcp import MCPError
from mcp_types import INVALID_PARAMS, METHOD_NOT_FOUND
from strands.tools.mcp import MCPAgentTool, MCPClient
from strands.tools.mcp.mcp_types import MCPToolResult
from strands.types.exceptions import MCPClientInitializationError
from strands.types.tools import AgentTool

from agent.authorization.tool_effects import may_have_effects
from agent.error_rendering import error_content
from agent.errors import (
    CallRefusedError,
    GatewayUnreachableError,
    OutcomeUnknownError,
    ToolError,
)
from agent.settings import Settings
from agent.tools.machine_token import MachineToken
from agent.wall_clock import is_older

logger = logging.getLogger(__name__)

REFRESH_SECONDS = 300.0
RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 60.0
"""How soon a Gateway that is down is asked again, doubled each time: answers can't wait for it."""
START_SECONDS = 5
CALL_TIMEOUT = timedelta(seconds=60)
UNREACHABLE_ERRORS = (MCPClientInitializationError, MCPError, HTTPError, OAuthError, OSError)


class _CallLost(Exception):
    """A call was sent, or may have been, and no answer came."""


class _CallRefused(Exception):
    """The Gateway answered that it doesn't make such a call."""


class GatewayConnection(MCPClient):
    """One MCP session; a call that fails on the way ends in a sentence of ours.

    :ivar acting: the names of the tools that may have effects.
    :ivar broken: a call was lost, so the session is to be replaced.
    :ivar list_is_stale: a call was refused, perhaps because its tool is there no more.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            url=str(settings.gateway_url),
            auth_provider=MachineToken(settings),
            startup_timeout=START_SECONDS,
            application_name="bizassist",
        )
        self.acting: set[str] = set()
        self.broken = False
        self.list_is_stale = False

    async def call_tool_async(
        self, tool_use_id: str, name: str, *given: Any, **named: Any
    ) -> MCPToolResult:
        """Call a tool once. Of a call that may have had an effect it is said that nobody knows."""
        error: ToolError
        try:
            return _judged(await super().call_tool_async(tool_use_id, name, *given, **named))
        except _CallRefused as refused:  # by a Gateway that answers: others go on calling it
            logger.warning("the Gateway refused a call of %s: %s", name, refused)
            self.list_is_stale = True
            return _told(tool_use_id, CallRefusedError())
        except MCPClientInitializationError:  # the session had ended: nothing was sent
            error = GatewayUnreachableError()
        except _CallLost as lost:
            logger.error("a call of a Gateway tool was lost: %s", lost)  # noqa: TRY400
            error = OutcomeUnknownError() if name in self.acting else GatewayUnreachableError()
        self.broken = True
        return _told(tool_use_id, error)

    def _handle_tool_execution_error(self, _: str, exception: Exception) -> MCPToolResult:
        if _is_refusal(exception):
            raise _CallRefused(str(INVALID_PARAMS))
        if isinstance(exception, MCPError) and exception.error.code == METHOD_NOT_FOUND:
            raise MCPClientInitializationError("nobody at this address calls tools")
        raise _CallLost(type(exception).__name__)


class Gateway:
    """One connection to the Gateway and its list of tools, shared by all runs."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connection: GatewayConnection | None = None
        self._set_aside: list[GatewayConnection] = []
        self._tools: list[MCPAgentTool] = []
        self._listed_at: float | None = None
        self._failures = 0
        self._lock = asyncio.Lock()

    @property
    def unavailable_tools(self) -> list[str] | None:
        """None while the Gateway answers; else the tools it last had, as far as they are known."""
        if self._connection and not self._connection.broken:
            return None
        return [tool.tool_name for tool in self._tools]

    async def tools(self) -> list[AgentTool]:
        """The Gateway's tools, listed again every few minutes; none while it is down."""
        async with self._lock:
            if self._is_due():
                await asyncio.to_thread(self._refresh)
                self._listed_at = time.time()
            return list(self._tools) if self._connection else []

    async def use(self, settings: Settings) -> None:
        """Connect as these settings say from the next time on that the tools are asked for.

        Runs that are under way keep the connection that they have.
        """
        async with self._lock:
            if _connecting(settings) != _connecting(self._settings) and self._connection:
                self._set_aside.append(self._connection)
                self._connection, self._listed_at = None, None
            self._settings = settings

    async def close(self) -> None:
        """End the connections and their threads."""
        async with self._lock:
            await asyncio.to_thread(self._disconnect)
            while self._set_aside:
                await asyncio.to_thread(_stop, self._set_aside.pop())

    def _is_due(self) -> bool:
        connection = self._connection
        if self._listed_at is None or (
            connection and (connection.broken or connection.list_is_stale)
        ):
            return True
        pause = min(RETRY_SECONDS * 2**self._failures, LONGEST_RETRY_SECONDS)
        wait = REFRESH_SECONDS if self._connection else pause
        return is_older(self._listed_at, wait)

    def _refresh(self) -> None:
        """List the tools; a connection that no longer answers is replaced once."""
        try:
            if self._connection and not self._connection.broken:
                self._tools = _all_tools(self._connection)
                return
        except UNREACHABLE_ERRORS as error:
            if _is_refusal(error):  # what it lists changed between two pages; others go on calling
                logger.warning("the Gateway refused to list its tools; the list is kept")
                if self._connection:
                    self._connection.list_is_stale = False  # until the next listing is due
                return
            logger.info("the Gateway's connection has ended; connecting again")
        self._disconnect()
        try:
            self._connect()
            self._failures = 0
        except UNREACHABLE_ERRORS as error:
            logger.warning("the Gateway can't be reached: %s", type(error).__name__)
            self._failures += 1

    def _connect(self) -> None:
        connection = GatewayConnection(self._settings)
        connection.start()  # stops by itself when it fails
        try:
            self._tools = _all_tools(connection)
        except UNREACHABLE_ERRORS:
            connection.stop(None, None, None)
            raise
        self._connection = connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            _stop(connection)


def _is_refusal(error: Exception) -> bool:
    """Whether the Gateway answered that it doesn't do that (JSON-RPC 2.0, "Error object")."""
    return isinstance(error, MCPError) and error.error.code == INVALID_PARAMS


def _judged(result: MCPToolResult) -> MCPToolResult:
    """A result whose function tells of an error is one; AgentCore Gateway marks only crashes."""
    for content in result["content"]:
        with contextlib.suppress(ValueError, TypeError, KeyError):
            if isinstance(json.loads(content["text"])["error"], dict):
                result["status"] = "error"
    return result


def _told(tool_use_id: str, error: ToolError) -> MCPToolResult:
    content = json.dumps(error_content(error))
    return MCPToolResult(status="error", toolUseId=tool_use_id, content=[{"text": content}])


def _stop(connection: GatewayConnection) -> None:
    with contextlib.suppress(RuntimeError):  # it had ended by itself
        connection.stop(None, None, None)


def _connecting(settings: Settings) -> tuple[object, ...]:
    """What a connection is made with."""
    return (
        settings.gateway_url,
        settings.discovery_url,
        settings.m2m_client_id,
        settings.m2m_client_secret,
        settings.m2m_scope,
    )


def _all_tools(connection: GatewayConnection) -> list[MCPAgentTool]:
    found: list[MCPAgentTool] = []
    page: str | None = None
    while True:
        tools = connection.list_tools_sync(page)
        found += [
            MCPAgentTool(tool.mcp_tool, connection, tool.tool_name, CALL_TIMEOUT) for tool in tools
        ]
        page = tools.pagination_token
        if page is None:
            connection.acting = {tool.mcp_tool.name for tool in found if may_have_effects(tool)}
            connection.list_is_stale = False
            return found
