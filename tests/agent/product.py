"""All tools of the product as a model sees them, for a person who attached some files."""

from collections.abc import Sequence
from typing import Any, cast

from strands.types.tools import AgentTool, ToolSpec

from agent.caller import Caller
from agent.client_tool import client_tool
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
    ]
    return [*(tool.tool_spec for tool in tools), *document_specs(files), *gateway_specs()]


def document_specs(files: Sequence[str]) -> list[ToolSpec]:
    one = {
        "type": "string",
        "description": "Name of an attached document, such as contract.pdf.",
        **({"enum": list(files)} if files else {}),
    }
    about = {"type": "string", "description": "What to find out about it; empty for a summary."}
    return [
        _spec(
            "analyze_document",
            "Read an attached document (PDF, Word, Excel, slides, CSV, web page, text): summary, "
            "key figures, dates, parties, and the passages that answer a question.",
            ["document"],
            document=one,
            question=about,
        ),
        _spec(
            "compare_documents",
            "Compare two attached documents: what changed, what only one of them says, other "
            "figures and dates.",
            ["first", "second"],
            first=one,
            second=one,
        ),
    ]


def _spec(name: str, description: str, required: list[str], **properties: Any) -> ToolSpec:
    schema = {"type": "object", "properties": properties, "required": required}
    return {"name": name, "description": description, "inputSchema": {"json": schema}}
