"""What a Lambda function is told about a call that comes from AgentCore Gateway."""

import uuid
from types import SimpleNamespace

from opentelemetry.trace import format_trace_id, get_current_span


def lambda_context(full_name: str) -> SimpleNamespace:
    """The context that AWS sends with a call (AgentCore Gateway, Lambda targets)."""
    custom = {
        "bedrockAgentCoreMessageVersion": "1.0",
        "bedrockAgentCoreAwsRequestId": str(uuid.uuid4()),
        "bedrockAgentCoreMcpMessageId": str(uuid.uuid4()),
        "bedrockAgentCoreGatewayId": "local",
        "bedrockAgentCoreTargetId": full_name.partition("___")[0],
        "bedrockAgentCoreToolName": full_name,
    }
    return SimpleNamespace(client_context=SimpleNamespace(custom=custom), trace_id=_xray())


def _xray() -> str:
    """The trace as Lambda hands it to a function (X-Ray tracing header)."""
    found = get_current_span().get_span_context()
    if not found.is_valid:
        return ""
    trace, sampled = format_trace_id(found.trace_id), int(found.trace_flags.sampled)
    return f"Root=1-{trace[:8]}-{trace[8:]};Parent={found.span_id:016x};Sampled={sampled}"
