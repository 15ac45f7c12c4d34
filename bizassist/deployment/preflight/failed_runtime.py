"""Takes away a runtime whose creation failed, which would be in the way of the next one.

AgentCore keeps it under its name; a Terraform that was ended meanwhile knows nothing of it, and the
next apply is told that the name is taken (CreateAgentRuntime, ConflictException).
"""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from bizassist.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_bedrock_agentcore_control import BedrockAgentCoreControlClient

FAILED = frozenset({"CREATE_FAILED", "DELETE_FAILED"})
SECONDS, PAUSE = 300.0, 5.0


def remove_failed_runtime(
    control: "BedrockAgentCoreControlClient",
    deployment: str,
    pause: Callable[[float], None] = time.sleep,
) -> str:
    """Delete the runtime of a deployment's name, if it never came to be.

    :param deployment: Terraform's ``name``; a runtime's has underscores for its dashes.
    :returns: one sentence on what was done.
    :raises CommandError: when a runtime of that name is there and works, or won't go.
    """
    name = deployment.replace("-", "_")
    found = _state(control, name)
    if found is None:
        return f"No runtime is called {name}."
    runtime, status = found
    if status not in FAILED:
        raise CommandError(
            f"a runtime {name} is there ({status}) that this state doesn't know: import it with "
            f"`terraform import module.agentcore.aws_bedrockagentcore_agent_runtime.this {runtime}`"
            ", or choose another name"
        )
    control.delete_agent_runtime(agentRuntimeId=runtime)
    for _ in range(int(SECONDS / PAUSE)):
        if _state(control, name) is None:
            return f"The runtime {name}, whose creation had failed, was taken away."
        pause(PAUSE)
    raise CommandError(f"the runtime {name}, whose creation failed, can't be taken away")


def _state(control: "BedrockAgentCoreControlClient", name: str) -> tuple[str, str] | None:
    """Id and status of the runtime of a name."""
    for page in control.get_paginator("list_agent_runtimes").paginate():
        for one in page["agentRuntimes"]:
            if one["agentRuntimeName"] == name:
                return one["agentRuntimeId"], one["status"]
    return None
