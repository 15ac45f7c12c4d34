"""What AgentCore Gateway calls: the event is the arguments, the context names the tool."""

import json
import os
import sys
import time
from typing import Any

from gateway_tools.checked_call import Answer, call
from gateway_tools.errors import InternalError, ToolError, UnknownTool


def handler(event: object, context: Any) -> Answer:
    """Run the tool; whatever happens, the answer is something that the model can act on."""
    started = time.perf_counter()
    name = tool_name(context)
    answer: Answer = {}
    refusal: ToolError | None = None
    try:
        answer = call(name, event)
    except ToolError as error:
        refusal = error
    except Exception as error:  # noqa: BLE001 - the edge: nothing may leave it but an answer
        refusal = InternalError(type(error).__name__)
    if isinstance(refusal, UnknownTool):
        name = "?"  # a made-up name must not become a metric of its own
    outcome, reason = (refusal.code, refusal.reason) if refusal else ("ok", "")
    _log_metric(name, outcome, reason, time.perf_counter() - started, trace(context))
    return dict(refusal.answer()) if refusal else answer


def tool_name(context: Any) -> str:
    """The tool's name without its target (``target___tool``); empty when the context has none."""
    custom = getattr(getattr(context, "client_context", None), "custom", None) or {}
    return str(custom.get("bedrockAgentCoreToolName", "")).rpartition("___")[2]


def trace(context: Any) -> str:
    """X-Ray's tracing header of this call, as Lambda tells it; empty without tracing."""
    return str(getattr(context, "trace_id", None) or os.environ.get("_X_AMZN_TRACE_ID", ""))


def _log_metric(tool: str, outcome: str, reason: str, seconds: float, trace_id: str) -> None:
    """Print one line that is log and metric at once (CloudWatch embedded metric format)."""
    metric = {
        "Namespace": "bizassist",
        "Dimensions": [["tool", "outcome"]],
        "Metrics": [{"Name": "duration", "Unit": "Milliseconds"}],
    }
    line = {
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [metric]},
        "tool": tool,
        "outcome": outcome,
        "reason": reason,
        "duration": round(seconds * 1000, 1),
        "trace": trace_id,
    }
    sys.stdout.write(json.dumps(line) + "\n")
