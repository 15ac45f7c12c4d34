"""All tools of the product as a model sees them, for a person who attached some files."""

from collections.abc import Sequence
from typing import Any, cast

from strands.types.tools import AgentTool, ToolSpec

from agent.authorization.rights import Rights
from agent.request.attachments import AttachedFile
from agent.request.audience import Audience, RunAudience
from agent.request.caller import Caller
from agent.tools.client_account_tool import client_account_tool
from agent.tools.document_tools import document_tools
from agent.tools.forget_tool import ForgetTool
from agent.tools.memory_pause_tools import memory_pause_tools
from agent.tools.memory_tool import memory_tool
from agent.tools.policy_tool import policy_tool
from tests.agent.gateway_tool_specs import specs as gateway_specs

NOBODY = cast("Any", None)
"""The tools' descriptions need no store behind them."""


def all_specs(files: Sequence[str] = ()) -> list[ToolSpec]:
    rights = Rights(Caller("someone", frozenset({"bizassist-users"})), RunAudience(Audience.ALONE))
    tools: list[AgentTool] = [
        memory_tool(NOBODY, paused=False),
        ForgetTool(NOBODY).forget,
        *memory_pause_tools(NOBODY),
        client_account_tool(NOBODY, rights),
        policy_tool(NOBODY),
        *document_tools([AttachedFile(name, b"") for name in files], NOBODY),
    ]
    return [*(tool.tool_spec for tool in tools), *gateway_specs()]
