"""Which tools change nothing; whatever isn't known to may have effects."""

from functools import cache

from strands.tools.mcp import MCPAgentTool
from strands.types.tools import AgentTool

from agent.authorization.policy_annotations import annotated_tools
from agent.authorization.rights import POLICY

ANNOTATION = "changes"
NOTHING = "nothing"


def may_have_effects(tool: AgentTool) -> bool:
    """Whether a second call of the tool may do something that the first one hasn't.

    A policy with ``@changes("nothing")`` says of its tools that it doesn't; a tool of an MCP server
    says so by its hints (MCP specification, "ToolAnnotations"): it is read-only or idempotent.
    AgentCore Gateway gives the tools of Lambda functions no hints.
    """
    if tool.tool_name in tools_without_effects(POLICY):
        return False
    hints = tool.mcp_tool.annotations if isinstance(tool, MCPAgentTool) else None
    return not (hints and (hints.read_only_hint or hints.idempotent_hint))


@cache
def tools_without_effects(policy: str) -> frozenset[str]:
    """The tools whose policies say that they change nothing.

    :raises ValueError: when an annotation says anything else, or its policy names no tools.
    """
    annotated = annotated_tools(policy, ANNOTATION)
    if any(words != NOTHING for words in annotated.values()):
        raise ValueError(f'@{ANNOTATION} can only say "{NOTHING}"')
    return frozenset(annotated)
