"""All tools of the product as a model sees them, for a person who attached some files."""

from collections.abc import Sequence
from typing import Any, cast

from strands.types.tools import AgentTool, ToolSpec

from agent.caller import Caller
from agent.client_tool import client_tool
from agent.document_tools import document_tools
from agent.files import AttachedFile
from agent.known import memory_tools
from agent.policy_tool import policy_tool
from agent.rights import Rights
from tests.agent.tools import specs as gateway_specs

NOBODY = cast("Any", None)
"""The tools' descriptions need no store behind them."""


def all_specs(files: Sequence[str] = ()) -> list[ToolSpec]:
    rights = Rights(Caller("someone", frozenset({"bizassist-users"})))
    tools: list[AgentTool] = [
        *memory_tools(NOBODY, paused=False),
        client_tool(NOBODY, rights),
        policy_tool(NOBODY),
        *document_tools([AttachedFile(name, b"") for name in files], NOBODY),
    ]
    return [*(tool.tool_spec for tool in tools), *gateway_specs()]
